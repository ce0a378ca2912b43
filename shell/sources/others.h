// What a namespace of the directory holds that the directory did not make, and whether somebody would miss it. Pure.
#pragma once

#include "api/object.h"

namespace graylane::sources {

/// Whether it goes or is made again without anybody: it is managed by another object, which is looked at itself; it is told, kept or
/// handed out by controllers (Events, Leases, the Endpoints of a Service, what every namespace has); it is being deleted.
bool is_nobodys_loss(const api::Object& object);

}  // namespace graylane::sources
