// Prober: one probe of one life of a container: asks when it is due and keeps the score. In the loop's thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "local/child_process.h"
#include "local/probe.h"
#include "local/probe_run.h"
#include "local/world.h"

namespace graylane::local {

/// Where and with what a container's probes ask.
struct ProbeTarget {
  std::string ip;
  std::map<int32_t, int32_t> real_ports;  // those that differ
  ChildSpec child;                        // for exec; without the command

  int32_t real_port(int32_t declared) const;
};

class Prober {
 public:
  Prober(ProbeSpec spec, Instant started) : state_(std::move(spec), started) {}

  /// Takes in an answer, asks when it is time. Whether the answer was a failure that counts.
  bool step(World& world, const ProbeTarget& target, Instant now);
  const ProbeState& state() const { return state_; }

 private:
  std::unique_ptr<ProbeRun> ask(World& world, const ProbeTarget& target);

  ProbeState state_;
  std::unique_ptr<ProbeRun> run_;
};

}  // namespace graylane::local
