// Target: what the path of a request names. Pure; the path is untrusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apiserver/status.h"

namespace graylane::apiserver {

/// "/apis/apps/v1/namespaces/shop/deployments/web/scale". Empty parts are absent.
struct Target {
  std::string group;
  std::string version;
  std::string ns;
  std::string resource;  // the plural; empty: the path names a group version
  std::string name;
  std::string subresource;  // may have further parts: "proxy/a/b"
  bool watch = false;       // the old /watch/ prefix

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
};

/// Nothing for a path outside of /api/V/... and /apis/G/V/...; refused when it is inside and malformed (a bad escape, an
/// escaped slash, "." or ".." as a name).
Outcome<std::optional<Target>> parse_target(std::string_view path);

}  // namespace graylane::apiserver
