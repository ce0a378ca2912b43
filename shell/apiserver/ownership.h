// metadata.managedFields of a write: who owns which fields. Pure; the rules are core/patch's. Internal to the folder.
#pragma once

#include "apiserver/pipeline.h"
#include "patch/apply.h"

namespace graylane::apiserver {

/// How core/patch is told of a write.
patch::Write write_of(const Writer& writer);

/// The writer owns what differs from `old` (null: it is new).
void take_ownership(const Writer& writer, const doc::Value* old, doc::Value& written);

/// An equal object gets its old times back, so that nothing changed.
void keep_times(const doc::Value& old, doc::Value& written);

}  // namespace graylane::apiserver
