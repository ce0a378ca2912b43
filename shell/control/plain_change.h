// to_plain: a change of any verb as the creation, update or removal of a whole object, for stores, which keep nothing else. A pure
// function.
#pragma once

#include "control/port.h"

namespace graylane::control {

/// Whether it is one already.
inline bool is_plain(const Change& change) {
  using Verb = Change::Verb;
  return change.verb != Verb::kStatus && change.verb != Verb::kPatch && change.verb != Verb::kDelete;
}

/// `live`: as it is stored now; null when it is not. Errors: those of Client::update_status, patch and delete_object.
Result<Change> to_plain(Change change, const api::Object* live);

}  // namespace graylane::control
