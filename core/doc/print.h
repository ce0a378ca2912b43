// Printing of Values as JSON and YAML. Pure functions. What is printed reads back as an equal value, given that text is UTF-8
// and numbers are finite; only that parse_yaml skips a document that is null.
#pragma once

#include <string>

#include "doc/value.h"

namespace graylane::doc {

/// One line when `indent` is 0, else one member or item a line, indented by so many spaces a level. No newline at the end.
/// Numbers that JSON cannot carry (infinities, not-a-number) become null.
std::string to_json(const Value& value, int indent = 0);
/// The same on one line, behind what is there.
void append_json(std::string& out, const Value& value);

/// Block style, two spaces a level, a newline at the end. Text is quoted where plain text would be read as something
/// else (`"yes"`, `"1.0"`); text of several lines is a literal block where a block can carry it.
std::string to_yaml(const Value& value);

}  // namespace graylane::doc
