// What Go's decoder says of a document whose values have other types than the fields of a kind. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/kinds.h"
#include "apiserver/body.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// Of the first such value; empty: none.
std::string find_wrong_type(const doc::Value& document, const api::Kind& kind);

/// The same of options and the like; `name` is what their type is called.
std::string find_wrong_type(const doc::Value& value, const api::Schema& schema, const std::string& name);

/// "object", "array", "string", "bool", "number", "null".
std::string_view go_kind(const doc::Value& value);
/// What it says of a value that is no object where one must stand.
std::string not_a_struct(const doc::Value& value);

/// As Go prints what it has read without types, which YAML and strategic patches are: 2.0 and 2e0 are 2.
void whole_numbers(doc::Value& value);

/// Fields that a built-in kind does not have, in their order.
std::vector<Finding> find_unknown_fields(const doc::Value& document, const api::Kind& kind);

}  // namespace graylane::apiserver
