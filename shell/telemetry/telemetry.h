// Telemetry: owns the recorders of all workers, adds them up and writes them as Prometheus text. Recorders are handed out
// before the workers start; everything else may be called from any thread at any time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "telemetry/access_log.h"
#include "telemetry/identity.h"
#include "telemetry/recorder.h"
#include "telemetry/snapshot.h"

namespace graylane::telemetry {

class Telemetry {
 public:
  explicit Telemetry(Identity identity, RecorderLimits limits = {});

  /// One for each worker; lives as long as this.
  Recorder& add_recorder();

  /// The present numbers, all workers added up. Not one instant: a request that ends meanwhile may be in one number and not
  /// yet in another.
  Snapshot snapshot() const;
  /// Appends the text exposition format 0.0.4. `log`: its counters too.
  void write_prometheus(std::string& out, const AccessLog* log = nullptr) const;

 private:
  const Identity identity_;
  const RecorderLimits limits_;
  mutable std::mutex mutex_;  // of the vector; workers never take it
  std::vector<std::unique_ptr<Recorder>> recorders_;
};

}  // namespace graylane::telemetry
