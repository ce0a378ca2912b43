// What of an object may not change once it is there, and what may only in one way. Pure.
#pragma once

#include <vector>

#include "api/kinds.h"
#include "apiserver/status.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// Both with their defaults, as they are stored.
void check_change_rules(const doc::Value& live, const doc::Value& next, const api::Kind& kind, std::vector<patch::Cause>& causes);
/// The same of what cannot be read, as far as no default hides what it says.
void check_plain_changes(const doc::Value& live, const doc::Value& given, const api::Kind& kind,
                         std::vector<patch::Cause>& causes);

/// Whether what was refused is a change of what an object keeps for as long as it is there, so that only another object has it.
bool is_of_fixed_field(const patch::Cause& cause);

}  // namespace graylane::apiserver
