// patch_object: what a Patch makes of an object, for transports that keep objects themselves. A pure function.
#pragma once

#include "control/port.h"

namespace graylane::control {

/// `live`: null when there is none, which kApply alone can do with. The result has its defaults and fits the schema of its kind, as
/// far as that is known; what was wanted of it counts as a generation. Errors: those of Client::patch, kExpired aside.
Result<api::Object> patch_object(const api::ObjectKey& key, const api::Object* live, const Patch& patch);

}  // namespace graylane::control
