// What the API of a cluster refuses of documents, beyond what their reading finds: told when they are read, by `lint` and `up` alike.
// Pure.
//
// Ids: `refused` (an error: it cannot be applied here either) and `cluster-refuses` (a warning: here it is in force as written).
#pragma once

#include "api/kinds.h"
#include "api/manifest.h"

namespace graylane::sources {

/// Adds what the diagnostics of the manifest do not say yet, in the order of the file. `kinds`: those that it was read by.
///
/// Limit: kApiFindingsMax of one object, and those of the manifest's options in all.
inline constexpr size_t kApiFindingsMax = 20;
void add_api_findings(api::Manifest& manifest, const api::Kinds& kinds);

}  // namespace graylane::sources
