// Adding up what the workers counted.
#pragma once

#include <memory>
#include <span>

#include "telemetry/recorder.h"
#include "telemetry/snapshot.h"

namespace graylane::telemetry {

Snapshot aggregate(std::span<const std::unique_ptr<Recorder>> recorders);

}  // namespace graylane::telemetry
