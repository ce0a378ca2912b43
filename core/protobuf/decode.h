// Objects in protobuf, as Kubernetes' typed clients send them, read by schema into the values that their JSON would be. Pure
// functions; safe from any thread. The bytes are untrusted: depth and number of values are limited, the size is the caller's.
//
// Go writes every field that is no pointer, zeros too, and leaves it to the reader to know that they mean "absent": a zero is
// dropped unless the property is required or has `protobuf_presence`. Fields that the schema does not have are skipped.
#pragma once

#include <string_view>

#include "api/kinds.h"
#include "base/error.h"
#include "doc/value.h"

namespace graylane::protobuf {

/// What stands around every message. Views into the body.
struct Envelope {
  std::string_view api_version;
  std::string_view kind;
  std::string_view message;
};

struct Limits {
  uint32_t depth_max = 100;       // messages inside one another
  size_t values_max = 1'000'000;  // in the whole object
};

Result<Envelope> open_envelope(std::string_view body);

/// Whether bodies of that kind are read: those of kinds that are built in. Not of CustomResourceDefinitions, whose schemas are full of
/// values that are one thing or another: half of one would be worse than none.
bool is_readable(const api::Kind& kind);

/// An object without apiVersion and kind, which are the envelope's.
Result<doc::Value> decode(std::string_view message, const api::Schema& schema, const Limits& limits = {});

}  // namespace graylane::protobuf
