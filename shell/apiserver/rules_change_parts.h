// What the rules of changes share. Internal to rules_change*.cc.
#pragma once

#include <span>
#include <string_view>

#include "apiserver/rules_parts.h"

namespace graylane::apiserver {

/// Null is like null only.
inline bool is_same(const doc::Value* a, const doc::Value* b) { return a && b ? *a == *b : a == b; }

/// The spec without some members; null when there is none.
doc::Value spec_without(const doc::Value& content, std::span<const std::string_view> members);
void drop_storage_request(doc::Value& spec);
/// From a Pod's template: what says where Pods go, and what they need.
void drop_movable(doc::Value& pod);

void check_pod_change(const doc::Value& live, const doc::Value& next, Causes& causes);
void check_service_change(const doc::Value& live, const doc::Value& next, Causes& causes);

}  // namespace graylane::apiserver
