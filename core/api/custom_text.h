// Scalars against the rules of a CustomResourceDefinition, and how messages name types and values. Internal to core/api.
#pragma once

#include <string>
#include <string_view>

#include "api/report.h"
#include "api/schema_rules.h"

namespace graylane::api {

/// "integer", "null": of a value, as JSON Schema names it.
std::string_view json_type_of(const doc::Value& value);
/// "integer", "integer,string": of a schema.
std::string_view json_type_name(Schema::Type type);
bool has_json_type(const doc::Value& value, const Schema& schema);

/// As JSON text.
std::string quoted_json(std::string_view text);

void check_text(const std::string& text, Position at, const Rules& rules, const Path& path, Objections& findings);
void check_number(const doc::Value& number, const Rules& rules, const Path& path, Objections& findings);
void check_enum(const doc::Value& value, const Rules& rules, const Path& path, Objections& findings);

/// Whether a text has the format; of an unknown format every text has.
bool has_format(std::string_view text, std::string_view format);

}  // namespace graylane::api
