// What the server adds to a new object beyond the defaults of its fields, and nobody owns. Pure. Internal to the folder.
#pragma once

#include "doc/value.h"

namespace graylane::apiserver {

/// A Job finds its Pods by its own identity, unless it says otherwise.
void complete_job(doc::Value& job);

/// Its priority, what it tolerates for a while, and its class of service.
void complete_pod(doc::Value& pod);

}  // namespace graylane::apiserver
