// Metrics: metrics.k8s.io/v1beta1, what Pods take of their machine, as `kubectl top` asks for it. Nothing of it is stored: it is read
// when it is asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/kinds.h"
#include "apiserver/status.h"
#include "apiserver/target.h"
#include "httpd/message.h"
#include "store/store.h"

namespace graylane::apiserver {

struct MeasuredContainer {
  std::string name;
  double cpu_cores = 0;  // mean over the window
  uint64_t memory_bytes = 0;
};

struct MeasuredPod {
  api::ObjectKey pod;
  std::vector<MeasuredContainer> containers;
  std::chrono::sys_seconds taken;  // the end of the window
  std::chrono::milliseconds window{0};
};

/// Called in the server's thread.
using Measures = std::function<std::vector<MeasuredPod>()>;

bool is_measured(const api::Kind& kind);

/// GET of one or of a list, of PodMetrics or NodeMetrics. A Pod's labels are selected by, and a node has what its Pods have.
Outcome<httpd::Response> get_metrics(store::Store& store, const Measures& measures, const Target& target, const api::Kind& kind,
                                     const httpd::Request& request);

}  // namespace graylane::apiserver
