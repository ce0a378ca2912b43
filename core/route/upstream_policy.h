// What a policy may say of the way to the endpoints and back: when another one is asked, which one a user keeps, what is changed
// in answers. Plain values; few policies have them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "route/box.h"
#include "route/origin.h"
#include "route/regex.h"
#include "route/text_template.h"

namespace graylane::route {

/// Endpoints asked for one request at most, whatever a policy says: nobody's retries may become a flood.
inline constexpr uint32_t kTriesCeiling = 16;

/// No answer's head may be longer, in bytes, whatever a policy says.
inline constexpr uint32_t kResponseHeadCeiling = 32 * 1024;

/// When a request that failed is given to another endpoint. As it is, what holds without a policy.
struct Retry {
  bool on_error = true;              // refused, unreachable, closed before the answer's head
  bool on_timeout = true;            // while connecting, or before the answer's head
  bool on_invalid_header = false;    // the answer's head is not HTTP
  bool non_idempotent = false;       // POST, PATCH and LOCK too, once they were sent
  std::vector<uint16_t> statuses;    // answers that count as failures
  uint32_t tries_max = 3;            // the first one included; 1..kTriesCeiling
  std::chrono::seconds time_max{0};  // since the first try; none begins later; 0: no limit
  Origin at;
  bool operator==(const Retry&) const = default;
};

/// A cookie by which a client keeps its endpoint.
struct Affinity {
  enum class Mode : uint8_t {
    kBalanced,    // the value is hashed over the endpoints: some clients move when endpoints come
    kPersistent,  // the value names an endpoint: nobody moves while it is there
  };
  enum class Secure : uint8_t { kByScheme, kAlways, kNever };

  std::string cookie;       // its name
  std::string backend_key;  // second part of the value where no split decides; else Destination::affinity_key
  bool sets_cookie = true;  // false: a cookie that comes is honoured, none is given
  Mode mode = Mode::kBalanced;
  bool change_on_failure = false;          // a new cookie when the endpoint failed; else the client comes back to it
  std::optional<int64_t> expires_seconds;  // from now
  std::optional<int64_t> max_age_seconds;
  std::string domain;
  std::string path;
  std::string same_site;                    // "Strict", "Lax", "None"; empty: not sent
  bool conditional_same_site_none = false;  // "None" is not sent to browsers that refuse such cookies
  Secure secure = Secure::kByScheme;
  Origin at;
  bool operator==(const Affinity&) const = default;
};

/// A part of an attribute of the backend's cookies is replaced.
struct CookieEdit {
  std::string from;
  std::string to;
  bool operator==(const CookieEdit&) const = default;
};

/// The beginning of a Location, or all of it when an expression finds something in it, is replaced.
struct LocationEdit {
  TextTemplate from;                     // without `pattern`
  std::shared_ptr<const Regex> pattern;  // its captures may stand in `to`
  TextTemplate to;
  bool relative = false;  // a result that begins with '/' is sent as it is; otherwise made absolute
  Origin at;
};

struct ResponseEdits {
  Box<LocationEdit> location;
  Box<CookieEdit> cookie_path;    // `from` is how the Path begins
  Box<CookieEdit> cookie_domain;  // `from` is the Domain, without case and without a dot in front
  Origin cookie_at;
};

}  // namespace graylane::route
