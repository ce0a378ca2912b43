// The keys of ingress-nginx 1.15.1's controller ConfigMap.
#pragma once

#include <string_view>

namespace graylane::ingress_nginx {

enum class ConfigKey {
  kUnknown,
  kApplied,
  kInert,   // no influence on where a request goes
  kNotYet,  // would have one; has no effect yet
};

ConfigKey config_key(std::string_view key);

}  // namespace graylane::ingress_nginx
