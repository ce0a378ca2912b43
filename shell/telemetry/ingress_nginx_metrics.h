// The metrics that dashboards and alerts made for ingress-nginx read, under its names, with its labels and bounds.
#pragma once

#include "telemetry/identity.h"
#include "telemetry/metric_text.h"
#include "telemetry/snapshot.h"

namespace graylane::telemetry {

void write_ingress_nginx_metrics(const Snapshot& snapshot, const Identity& identity, MetricText& text);

}  // namespace graylane::telemetry
