// How Go writes values: clients and scripts know the original's messages, and those hold such texts. Internal to core/patch.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace graylane::patch {

/// "%v": map[a:1 b:[x y]], members sorted. Cut after about 2,000 bytes.
std::string go_text(const doc::Value& value);

/// What Go's JSON reader calls a value: "object", "array", "string", "number", "bool", "null".
std::string_view go_json_kind(const doc::Value& value);

/// "map[string]interface {}", "[]interface {}", "string", "int64", "float64", "bool", "<nil>".
std::string_view go_type(const doc::Value& value);

}  // namespace graylane::patch
