// Deployment and Pod: typed views of what routing needs of them. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/labels.h"
#include "api/object.h"

namespace graylane::api {

struct ContainerPort {
  std::string name;  // may be empty
  int32_t number = 0;
  std::string protocol = "TCP";
};

/// What a Pod and a Pod template have in common.
struct PodTemplate {
  Labels labels;
  std::vector<ContainerPort> ports;  // of all containers, in their order

  /// The first port of that name and protocol; null when there is none. An empty name finds nothing.
  const ContainerPort* find_port(std::string_view name, std::string_view protocol) const;
};

struct Deployment {
  std::string ns;
  int32_t replicas = 1;
  Labels match_labels;  // spec.selector.matchLabels
  PodTemplate pod;
};

struct Pod {
  std::string ns;
  PodTemplate pod;
};

// These never fail: parts of a wrong type (which decoding has reported) count as absent.
Deployment read_deployment(const Object& object);
Pod read_pod(const Object& object);

}  // namespace graylane::api
