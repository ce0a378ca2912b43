// What the server adds to a new object beyond the defaults of its fields, and nobody owns. Pure. Internal to the folder.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "doc/value.h"

namespace graylane::apiserver {

/// A Job finds its Pods by its own identity, unless it says otherwise.
void complete_job(doc::Value& job);

/// Its priority, what it tolerates for a while, and its class of service; of one with gates that it waits for them.
void complete_pod(doc::Value& pod, const std::string& now);

/// The condition that tells whether it has a node; `now`: RFC 3339.
void set_scheduled(doc::Value& pod, const std::string& now, std::initializer_list<std::pair<const char*, doc::Value>> members);

}  // namespace graylane::apiserver
