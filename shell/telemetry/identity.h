// Who this process is, in the metrics it writes.
#pragma once

#include <string>

namespace graylane::telemetry {

/// The labels that ingress-nginx puts on all of its metrics.
struct Identity {
  std::string controller_class = "k8s.io/ingress-nginx";
  std::string controller_namespace;
  std::string controller_pod;
  std::string version;
};

}  // namespace graylane::telemetry
