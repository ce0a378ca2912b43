// The values that a message of Kubernetes' own stands for: times, quantities, numbers or texts, JSON inside of protobuf. Internal to
// core/protobuf.
#pragma once

#include <string_view>

#include "base/error.h"
#include "doc/value.h"

namespace graylane::protobuf {

/// Of Time {1 seconds, 2 nanos} and MicroTime; null for the zero time, which is an empty message.
Result<doc::Value> read_time(std::string_view bytes, bool micro);
/// Of Quantity {1 string}.
Result<doc::Value> read_quantity(std::string_view bytes);
/// Of IntOrString {1 type, 2 int, 3 string}.
Result<doc::Value> read_int_or_string(std::string_view bytes);
/// Of RawExtension, FieldsV1 and JSON {1 text}; null for an empty one.
Result<doc::Value> read_json(std::string_view bytes);
/// UTF-8 only.
Result<doc::Value> read_text(std::string_view bytes);
/// Bytes are base64 in JSON.
doc::Value read_bytes(std::string_view bytes);

/// What Go writes for a field that nobody set.
bool is_zero(const doc::Value& value);

}  // namespace graylane::protobuf
