// The four types of patch, on top of core/patch. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apiserver/pipeline.h"

namespace graylane::apiserver {

struct Patch {
  enum class Type : uint8_t { kJson, kMerge, kStrategic, kApply };
  Type type = Type::kMerge;
  doc::Value value;
  std::vector<Finding> duplicates = {};  // of what becomes a part of the object
};

/// 415 for another content type.
Outcome<Patch::Type> patch_type(const std::string* content_type);
Outcome<Patch> read_patch(const std::string& text, Patch::Type type);

/// Of a patch that is no apply, on any document with that schema.
Outcome<doc::Value> patched(doc::Value document, const Patch& patch, const api::Schema& schema, const api::Kind& kind,
                            std::string_view name);

/// `live` may be null: an apply then creates, anything else is 404.
Outcome<Plan> plan_patch(const Writer& writer, const api::Object* live, const Patch& patch);

}  // namespace graylane::apiserver
