// OpenAPI documents of kinds, from the same schemas that check and default their objects. Pure; safe from any thread. A document is
// made piece by piece: beside its bytes it needs little memory.
#pragma once

#include <span>
#include <string>

#include "api/kinds.h"

namespace graylane::openapi {

using KindList = std::span<const api::Kind* const>;

/// JSON of version 3, of the kinds of one group version.
std::string v3_json(KindList kinds);
/// Version 2 has one document for all kinds.
std::string v2_json(KindList kinds);
std::string v2_protobuf(KindList kinds);

}  // namespace graylane::openapi
