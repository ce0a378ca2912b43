// Deployment and Pod: typed views of what routing and controllers need of them. Plain values.
#pragma once

#include <cstdint>
#include <map>
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

/// Kubernetes' IntOrString where the text is a percentage.
struct IntOrPercent {
  int32_t number = 0;
  bool percent = false;
  bool operator==(const IntOrPercent&) const = default;

  int32_t of_rounded_up(int32_t total) const;
  int32_t of_rounded_down(int32_t total) const;
};

struct Deployment {
  std::string ns;
  std::string name;
  int32_t replicas = 1;
  Labels match_labels;  // spec.selector.matchLabels
  PodTemplate pod;
  bool recreate = false;  // strategy Recreate instead of RollingUpdate
  IntOrPercent max_surge{25, true};
  IntOrPercent max_unavailable{25, true};
  int32_t min_ready_seconds = 0;
  int32_t progress_deadline_seconds = 600;
  bool paused = false;
};

/// The owner that manages an object (ownerReferences with `controller: true`); empty texts when there is none.
struct Controller {
  std::string kind;
  std::string name;
  std::string uid;
};

/// A Pod annotation of this prefix and a containerPort says on which port the program really listens, where that is
/// another one: "graylane.dev/port.80": "10080".
inline constexpr std::string_view kRealPortPrefix = "graylane.dev/port.";

struct Pod {
  std::string ns;
  std::string name;
  std::string uid;
  PodTemplate pod;
  Controller controller;
  int64_t created_unix_seconds = 0;  // 0: not known
  bool terminating = false;          // metadata.deletionTimestamp is set
  std::string phase;                 // "Pending", "Running", "Succeeded", "Failed"; may be empty
  std::string ip;                    // status.podIP; may be empty
  bool ready = false;                // condition Ready
  int64_t ready_since_unix_seconds = 0;
  std::map<int32_t, int32_t> real_ports;  // by containerPort

  bool ended() const { return phase == "Succeeded" || phase == "Failed"; }
  int32_t real_port(int32_t container_port) const;
};

// These never fail: parts of a wrong type (which decoding has reported) count as absent.
Deployment read_deployment(const Object& object);
Pod read_pod(const Object& object);

}  // namespace graylane::api
