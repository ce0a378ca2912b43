// Media types: what a client accepts, and what a body is. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/status.h"

namespace graylane::apiserver {

/// "application/json;as=Table;v=v1;g=meta.k8s.io": lower case but for the values of parameters.
struct MediaType {
  std::string type;
  std::map<std::string, std::string, std::less<>> parameters;

  std::string_view parameter(std::string_view name) const;
};

/// In the order of preference: of equal quality as written. Malformed ones are left out. At most 32 are read.
std::vector<MediaType> parse_accept(std::string_view header);
MediaType parse_media_type(std::string_view text);

/// How objects are shown.
struct Form {
  enum class As : uint8_t { kObject, kPartial, kTable };
  As as = As::kObject;
  bool of_list = false;  // kPartial: that of a list was asked for
  bool yaml = false;
  std::string meta_version = "v1";  // of a Table or PartialObjectMetadata

  /// Of Content-Type.
  std::string content_type() const;
};

/// The first that is served; an absent header accepts JSON. Refused with 406. `only_plain`: no Table and the like.
Outcome<Form> choose_form(const std::string* accept, bool only_plain = false);

/// As choose_form(); what was asked for must also fit a list or a single object of the kind.
Outcome<Form> choose_form_of(const std::string* accept, bool is_list, const std::string& kind);

/// What an aggregated discovery should look like: "v2", "v2beta1"; empty: plain, in the language of choose_form().
Outcome<std::string> choose_discovery(const std::string* accept);

}  // namespace graylane::apiserver
