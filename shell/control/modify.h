// modify: read, change, write back, and again when somebody else was quicker. Any thread; blocks for as long as the client does.
#pragma once

#include <concepts>

#include "control/port.h"

namespace graylane::control {

inline constexpr int kModifyTriesMax = 100;  // of 16 who contend without a pause, one in 600 loses so often

/// Replaces the object by what `change` makes of a copy of it: `Result<void>(api::Object&)`, called anew for every try; its
/// error ends all. kNotFound; kConflict when others were quicker kModifyTriesMax times. A change that changes nothing writes
/// nothing.
template <class F>
  requires std::same_as<std::invoke_result_t<F&, api::Object&>, Result<void>>
Result<api::ObjectPtr> modify(Client& client, const api::ObjectKey& key, F&& change) {
  for (int tries = 1;; ++tries) {
    auto stored = client.get(key);
    if (!stored) return stored;
    api::Object object = **stored;
    if (auto changed = change(object); !changed) return std::unexpected(std::move(changed.error()));
    object.revision = (*stored)->revision;
    auto written = client.update(std::move(object));
    const bool again = !written && written.error().code == ErrorCode::kConflict && tries < kModifyTriesMax;
    if (!again) return written;
  }
}

}  // namespace graylane::control
