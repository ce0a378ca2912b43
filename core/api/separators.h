// Two manifests without a line `---` between them: YAML sees one document whose keys appear twice. Found, reported as what
// it is, and read as if the line were there. Internal to core/api.
#pragma once

#include <string_view>
#include <vector>

#include "doc/parse.h"

namespace graylane::api {

struct SeparatedDocuments {
  SeparatedDocuments() = default;
  explicit SeparatedDocuments(doc::Parsed parsed)
      : documents(std::move(parsed.documents)), diagnostics(std::move(parsed.diagnostics)) {}

  std::vector<doc::Value> documents;  // positions are those of the text
  Diagnostics diagnostics;
  std::vector<bool> broken;  // may be shorter than documents

  bool is_broken(size_t i) const { return i < broken.size() && broken[i]; }
};

/// Parses YAML. Where a separator is missing, the documents on both sides are broken: to be checked, but not in force.
SeparatedDocuments parse_separated(std::string_view text, const FileName& file, const doc::ParseLimits& limits);

}  // namespace graylane::api
