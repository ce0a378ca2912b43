// The text of a field's path, as Kubernetes writes it: "spec.rules[0].host", "metadata.annotations[example.com/x]". Pure.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace graylane::doc {

/// Appends a member's key: ".key", or "[key]" when the key is no simple word.
void append_key(std::string& path, std::string_view key);
/// Appends the child of that index of an array or object; nothing when there is none.
void append_child(std::string& path, const Value& container, size_t index);

}  // namespace graylane::doc
