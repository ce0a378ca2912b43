// Our own metrics, graylane_...
#pragma once

#include "telemetry/access_log.h"
#include "telemetry/identity.h"
#include "telemetry/metric_text.h"
#include "telemetry/snapshot.h"

namespace graylane::telemetry {

void write_graylane_metrics(const Snapshot& snapshot, const Identity& identity, MetricText& text);
void write_log_metrics(const AccessLog& log, MetricText& text);

}  // namespace graylane::telemetry
