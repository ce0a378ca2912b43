// The objects of an instance: where they are kept, and which of them are not worth a disk. For who holds the state folder.
#pragma once

#include <memory>
#include <string>

#include "api/object.h"
#include "store/durable_store.h"

namespace graylane::daemon {

std::string objects_path(const std::string& state_folder);

/// What tells of this process's own Pods, and is wrong when it is gone: Pods that a controller made, the endpoints that come of
/// Pods, Events, Leases of nodes.
bool is_volatile(const api::Object& object);

Result<std::unique_ptr<store::DurableStore>> open_objects(const std::string& state_folder);

}  // namespace graylane::daemon
