// The form that a built-in object has in the types of the real API server, which are Go structs: fields that they do not have are
// not there, nor is what they cannot tell from absent (`paused: false`); the structs that they hold by value are there, empty
// (`spec: {}`). Pure.
#pragma once

#include "api/kinds.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// Before defaults and checks. What is of a wrong type stays as it is.
void take_go_form(doc::Value& document, const api::Kind& kind);

/// After them: amounts in their canonical text, and null where those types print a time or a list that is not set.
void print_as_go(doc::Value& document, const api::Kind& kind);

}  // namespace graylane::apiserver
