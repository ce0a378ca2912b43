// A Pod's quality of service class, as its resource requests and limits make it. Told, not enforced. Pure.
#pragma once

#include <string>

#include "doc/value.h"

namespace graylane::local {

/// "Guaranteed", "Burstable" or "BestEffort". `spec`: of the Pod; may be null.
std::string qos_class(const doc::Value* spec);

}  // namespace graylane::local
