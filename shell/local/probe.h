// Probes of containers: what they ask, when, and what the answers add up to. Pure; time is passed in.
//
// Differences from Kubernetes: before its first success a probe also asks between its periods, every half second, and such
// an extra failure does not count; so a Pod is ready soon after its program is. HTTPS and gRPC probes only open a connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "doc/value.h"

namespace graylane::local {

using Instant = std::chrono::steady_clock::time_point;

struct ProbeSpec {
  enum class Type : uint8_t { kHttp, kTcp, kExec };

  Type type = Type::kTcp;
  std::string host;  // empty: the Pod's address
  int32_t port = 0;  // as declared: the containerPort, not the real one
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> command;
  std::chrono::milliseconds initial_delay{0};
  std::chrono::milliseconds period{10'000};
  std::chrono::milliseconds timeout{1'000};
  int32_t success_threshold = 1;
  int32_t failure_threshold = 3;
};

/// `container`: for named ports. Nothing when the container has no such probe ("readinessProbe").
std::optional<ProbeSpec> read_probe(const doc::Value& container, const char* member);

struct ProbeResult {
  bool success = false;
  std::string message;  // of a failure: what was asked and what came
};

/// One probe of one life of a container.
class ProbeState {
 public:
  ProbeState(ProbeSpec spec, Instant started) : spec_(std::move(spec)), due_(started + spec_.initial_delay), counted_at_(due_) {}

  const ProbeSpec& spec() const { return spec_; }
  /// When to ask next.
  Instant due() const { return due_; }
  /// Whether it is a failure that counts.
  bool take(const ProbeResult& result, Instant now);

  bool succeeded() const { return succeeded_; }            // success_threshold reached, and not failed since
  bool failed() const { return failed_; }                  // failure_threshold reached, and no success since
  const std::string& message() const { return message_; }  // of the last failure

 private:
  ProbeSpec spec_;
  Instant due_;
  Instant counted_at_;  // failures before do not count
  int32_t successes_ = 0;
  int32_t failures_ = 0;
  bool ever_ = false;
  bool succeeded_ = false;
  bool failed_ = false;
  std::string message_;
};

}  // namespace graylane::local
