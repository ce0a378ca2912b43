// Rules of built-in kinds that neither a schema says nor the reading of manifests, in the words of the API. They look at a document
// in its Go form (go_form.h), before defaults. Pure.
#pragma once

#include <vector>

#include "api/kinds.h"
#include "apiserver/status.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// `live`: the object as it was; null when the document makes it.
void check_rules(const doc::Value& document, const doc::Value* live, const api::Kind& kind, std::vector<patch::Cause>& causes);

}  // namespace graylane::apiserver
