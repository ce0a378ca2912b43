// What a transport gets for free: the changes of a part, made of get and update.
#include "control/port.h"

#include <utility>

#include "control/modify.h"
#include "control/patch_object.h"

namespace graylane::control {

Result<api::ObjectPtr> Client::patch(const api::ObjectKey& key, const Patch& patch) {
  for (int tries = 1;; ++tries) {
    const auto stored = get(key);
    if (!stored && stored.error().code != ErrorCode::kNotFound) return stored;
    auto next = patch_object(key, stored ? stored->get() : nullptr, patch);
    if (!next) return std::unexpected(std::move(next.error()));
    auto written = stored ? update(*std::move(next)) : create(*std::move(next));
    if (written || tries == kModifyTriesMax) return written;
    const ErrorCode code = written.error().code;
    const bool again = code == ErrorCode::kConflict || code == ErrorCode::kAlreadyExists || code == ErrorCode::kNotFound;
    if (!again) return written;
  }
}

Result<api::ObjectPtr> Client::update_status(api::Object object) {
  return modify(*this, object.key, [&](api::Object& stored) -> Result<void> {
    if (object.revision != 0 && object.revision != stored.revision)
      return fail(ErrorCode::kConflict, object.key.to_string() + " was changed meanwhile", {}, "read it again");
    if (const doc::Value* status = object.find("status")) stored.content.as_object()->set("status", *status);
    else stored.content.as_object()->erase("status");
    return {};
  });
}

}  // namespace graylane::control
