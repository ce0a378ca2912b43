#include "api/kinds_tables.h"

namespace graylane::api {

// What Pods and nodes take of the machine: measured, never stored.
const char* const kMetricsTypes = R"(
package io.k8s.metrics.pkg.apis.metrics.v1beta1

PodMetrics root
  timestamp   time @2
  window      string @3
  containers  [ContainerMetrics] @4 keys=name

ContainerMetrics
  name   string @1 !
  usage  {quantity} @2

NodeMetrics root
  timestamp  time @2
  window     string @3
  usage      {quantity} @4
)";

}  // namespace graylane::api
