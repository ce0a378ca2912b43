// ControllerConfig: the controller-wide options of a ConfigMap `ingress-nginx-controller`, with ingress-nginx's keys and
// defaults. A plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"
#include "dialect/ingress_nginx/annotation_table.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

inline constexpr std::string_view kConfigMapName = "ingress-nginx-controller";

struct ControllerConfig {
  Risk risk_level = Risk::kHigh;
  bool allow_snippets = false;
  bool allow_cross_namespace = false;
  bool ssl_redirect = true;
  bool force_ssl_redirect = false;
  bool preserve_trailing_slash = false;
  bool use_port_in_redirects = false;
  uint16_t http_redirect_code = 308;
  std::vector<std::string> no_tls_redirect_locations = {"/.well-known/acme-challenge"};
  std::vector<std::string> no_auth_locations = {"/.well-known/acme-challenge"};
  std::string load_balance = "round_robin";
  std::vector<route::Cidr> allow;
  std::vector<route::Cidr> deny;
  std::vector<std::string> allowed_response_headers;
  std::string global_auth_url;
  std::string closed_why;  // not empty: a protection of every path cannot be applied, and paths answer 503 rather than be open
  uint64_t body_bytes_max = 1024 * 1024;
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds read_timeout{60};
  std::chrono::seconds send_timeout{60};
  route::Retry retry;  // its conditions
  bool retry_non_idempotent = false;
  int64_t tries = 3;  // 0: no limit in ingress-nginx
  std::chrono::seconds next_upstream_timeout{0};
  std::optional<route::CookieEdit> cookie_path, cookie_domain;
  std::string redirect_from = "off";
  std::string redirect_to = "off";
  bool http_1_0 = false;
  uint64_t buffer_size = route::kResponseHeadCeiling;  // for an answer's head
  bool server_tokens = false;
  route::ListenerOptions listener;  // `server` is left to the compiler
};

/// Values that cannot be read leave the default, each with a diagnostic; unknown keys are reported.
/// `config` holds the defaults.
ControllerConfig read_controller_config(const api::Object& config_map, ControllerConfig config, Diagnostics& diagnostics);

}  // namespace graylane::ingress_nginx
