// Annotations: what the annotations of one Ingress ask for, read as ingress-nginx reads them. A plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"
#include "dialect/ingress_nginx/controller_config.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

/// A value and where it was written.
template <class T>
struct At {
  T value{};
  Position at;
};

struct CanaryPolicy {
  bool enabled = false;
  int64_t weight = 0;
  int64_t weight_total = 100;
  std::string header;
  std::string header_value;
  std::string header_pattern;
  std::string cookie;
  Position at;  // of canary: "true"
  Position weight_at, header_at, value_at, pattern_at, cookie_at;
  bool has_rules() const {
    return weight > 0 || !header.empty() || !header_value.empty() || !header_pattern.empty() || !cookie.empty();
  }
};

/// The Ingress's traffic must not be served as if this were not there.
struct Closed {
  uint16_t status = 0;
  std::string why;
  Position at;
};

/// The way to the endpoints and back.
struct UpstreamSettings {
  route::Retry retry;
  std::optional<route::CookieEdit> cookie_path, cookie_domain;
  std::optional<route::LocationEdit> location;
  bool http_1_0 = false;
  uint32_t head_bytes_max = route::kResponseHeadCeiling;  // of an answer
  Position at;                                            // of the first annotation among them
  Position location_at;
};

struct Annotations {
  bool dropped = false;             // the whole Ingress is left out
  std::optional<Closed> denied;     // its locations answer 503
  std::optional<Closed> auth;       // a protection that cannot be applied yet
  std::optional<Closed> host_auth;  // the same, for the whole host (auth-tls)
  CanaryPolicy canary;

  bool cookie_affinity = false;
  route::Affinity affinity;  // key and origin are the emitter's, and the path where it is empty
  Position affinity_at;
  bool has_affinity_path = false;
  bool legacy_canary_affinity = false;

  std::optional<At<std::string>> rewrite_target;
  bool use_regex = false;
  Position use_regex_at;
  std::optional<At<std::string>> app_root;
  std::optional<At<std::string>> redirect;  // permanent or temporal
  uint16_t redirect_code = 0;
  bool from_to_www = false;
  Position from_to_www_at;
  bool relative_redirects = false;
  bool ssl_redirect = true;
  bool force_ssl_redirect = false;
  Position ssl_redirect_at;
  bool preserve_trailing_slash = false;
  bool use_port_in_redirects = false;
  std::optional<At<std::string>> forwarded_prefix;
  std::optional<At<std::string>> upstream_host;
  std::vector<At<std::string>> aliases;

  std::vector<route::Cidr> allow;
  Position allow_at;
  std::vector<route::Cidr> deny;
  Position deny_at;
  bool satisfy_any = false;

  std::optional<At<std::string>> default_backend;
  std::string load_balance;
  std::string hash_by;
  uint32_t hash_subset_size = 0;
  bool service_upstream = false;

  uint64_t body_bytes_max = 0;
  std::chrono::seconds connect_timeout{0}, read_timeout{0}, send_timeout{0};
  UpstreamSettings upstream;
  std::vector<std::string> notes;    // what is applied otherwise than asked for
  std::vector<std::string> not_yet;  // names of annotations that have no effect yet

  route::Sticky sticky;  // graylane.dev/split-by; salt and origin are the compiler's
  Position sticky_at;
};

/// Answers questions about other objects.
class References {
 public:
  virtual ~References() = default;
  virtual bool has_secret(std::string_view ns, std::string_view name) const = 0;
  virtual const api::Object* config_map(std::string_view ns, std::string_view name) const = 0;
};

Annotations read_annotations(const api::Object& ingress, const ControllerConfig& config, bool validation,
                             const References& references, Diagnostics& diagnostics);

}  // namespace graylane::ingress_nginx
