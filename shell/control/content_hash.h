// A hash of a value for names that follow from what they name. Pure.
#pragma once

#include <string>

#include "doc/value.h"

namespace graylane::control {

/// Ten letters and digits, without vowels, that differ when the content differs; the order of members does not count.
std::string content_hash(const doc::Value& value);

}  // namespace graylane::control
