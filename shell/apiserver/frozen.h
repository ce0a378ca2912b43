// What of a spec may not change once the object is there, for kinds that allow little. Pure. Internal to the folder.
#pragma once

#include <vector>

#include "api/object.h"
#include "apiserver/status.h"

namespace graylane::apiserver {

void check_frozen_spec(const api::Object& live, const api::Object& next, const api::Kind& kind,
                       std::vector<patch::Cause>& causes);

}  // namespace graylane::apiserver
