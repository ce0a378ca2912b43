// Strategic merge patch: a merge patch that knows from the schema which lists are merged, by which key, and that has directives:
// $patch: delete|replace, $setElementOrder/LIST, $deleteFromPrimitiveList/LIST, $retainKeys. A pure function.
#pragma once

#include "api/schema.h"
#include "doc/value.h"
#include "patch/failure.h"

namespace graylane::patch {

/// Errors have the original's messages. Those that Kubernetes answers with 500 (an order that does not match
/// $setElementOrder, an item without its merge key) are kBadRequest.
Outcome<doc::Value> apply_strategic_patch(doc::Value object, doc::Value patch, const api::Schema& schema);

}  // namespace graylane::patch
