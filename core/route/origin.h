// Origin: the manifest line that a part of the table came from.
#pragma once

#include <cstdint>

#include "base/location.h"

namespace graylane::route {

inline constexpr uint32_t kNoIndex = UINT32_MAX;

/// An object of the host's list and a place in that object's file.
struct Origin {
  uint32_t object = kNoIndex;
  Position at;
  bool operator==(const Origin&) const = default;
};

}  // namespace graylane::route
