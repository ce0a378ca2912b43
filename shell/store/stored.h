// Stored: what every ObjectPtr of a store really points to: the object and what the store itself knows of it.
#pragma once

#include "api/object.h"
#include "control/port.h"

namespace graylane::store {

struct Stored final : api::Object {
  int64_t row = 0;   // of its state in the file; 0: in memory only
  size_t bytes = 0;  // of memory that it takes, about
};

/// Only for objects that came out of a store.
inline const Stored& stored(const api::ObjectPtr& object) { return static_cast<const Stored&>(*object); }

/// An event and where it is in the file.
struct Past {
  control::Event event;
  int64_t row = 0;  // 0: in memory only
};

}  // namespace graylane::store
