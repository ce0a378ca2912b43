// The positions of all parts of a value as bytes, without the value. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace graylane::store {

/// For each value, then for each member (its key, then its value), in order: line and column as base-128 numbers, low digits
/// first, the line as the zigzag difference to the one before.
std::string encode_positions(const doc::Value& value);

/// Sets the positions of an equal value. False when the bytes are not of such a value.
bool decode_positions(std::string_view bytes, doc::Value& value);

}  // namespace graylane::store
