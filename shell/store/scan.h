// Scan: a walk over the selected objects of one state of a store, in the order of their keys, in as many steps as its owner likes. A value:
// copies go on from where they are on their own. It keeps its state alive, however the store changes meanwhile, and costs next to
// nothing but the objects that were replaced since. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "control/port.h"
#include "store/object_map.h"

namespace graylane::store {

class Scan {
 public:
  /// `after`: only objects behind this key.
  Scan(ObjectMap objects, control::Selector selector, uint64_t revision, const std::optional<api::ObjectKey>& after = {});

  /// Calls `see` for the next objects until it returns false; the next walk goes on behind that one. False: all were seen.
  bool walk(const std::function<bool(const api::ObjectPtr&)>& see);

  /// Of the state.
  uint64_t revision() const { return revision_; }
  /// How many selected objects are still to come; of a selector without a kind, or with a name but no namespace, only whether there
  /// are any (1).
  size_t remaining() const;

  /// The first key that is selected.
  static api::ObjectKey first_key(const control::Selector& selector);
  /// The first key behind this one.
  static api::ObjectKey behind(api::ObjectKey key);

 private:
  ObjectMap objects_;
  control::Selector selector_;
  uint64_t revision_;
  std::optional<api::ObjectKey> from_;  // absent: at the end
};

}  // namespace graylane::store
