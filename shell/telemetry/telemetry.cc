#include "telemetry/telemetry.h"

#include <utility>

#include "telemetry/aggregate.h"
#include "telemetry/graylane_metrics.h"
#include "telemetry/ingress_nginx_metrics.h"
#include "telemetry/metric_text.h"

namespace graylane::telemetry {

Telemetry::Telemetry(Identity identity, RecorderLimits limits) : identity_(std::move(identity)), limits_(limits) {}

Recorder& Telemetry::add_recorder() {
  const std::lock_guard lock(mutex_);
  return *recorders_.emplace_back(std::make_unique<Recorder>(limits_));
}

Snapshot Telemetry::snapshot() const {
  const std::lock_guard lock(mutex_);
  return aggregate(recorders_);
}

void Telemetry::write_prometheus(std::string& out, const AccessLog* log) const {
  const Snapshot numbers = snapshot();
  MetricText text(out);
  write_graylane_metrics(numbers, identity_, text);
  if (log != nullptr) write_log_metrics(*log, text);
  write_ingress_nginx_metrics(numbers, identity_, text);
}

}  // namespace graylane::telemetry
