#include "patch/strategic_patch.h"

#include <algorithm>
#include <set>
#include <vector>

#include "patch/go_text.h"
#include "patch/member_finder.h"
#include "patch/schema_walk.h"
#include "patch/strategic_merge.h"

namespace graylane::patch {
namespace {

bool is_directive(std::string_view key) {
  return key == kDirective || key == kRetainKeys || key.starts_with(kSetElementOrder) || key.starts_with(kDeleteFromList);
}

std::string wrong_type(std::string_view expected, const doc::Value& value) {
  return "expected a " + std::string(expected) + ", but received a " + std::string(go_type(value));
}

/// One object and its patch. Members of the object are marked as removed, and new ones kept apart, so that looking up stays cheap.
class ObjectMerge {
 public:
  ObjectMerge(doc::Object& original, doc::Object& patch, const api::Schema* schema)
      : original_(original),
        patch_(patch),
        schema_(schema),
        in_original_(&original),
        in_patch_(&patch),
        removed_(original.size(), false),
        consumed_(patch.size(), false) {}

  Merged run();

 private:
  doc::Value* in_original(std::string_view key, std::ptrdiff_t* index = nullptr);
  Merged retain_keys(const doc::Value& names);
  Merged set_element_order(std::string_view list, const doc::Value& order);
  Merged merge_member(doc::Member& member);
  Merged delete_from(std::string_view list, const doc::Value& deletions);
  void finish();

  doc::Object& original_;
  doc::Object& patch_;
  const api::Schema* schema_;
  MemberFinder in_original_;
  MemberFinder in_patch_;
  std::vector<bool> removed_;
  std::vector<bool> consumed_;
  doc::Object added_;
};

doc::Value* ObjectMerge::in_original(std::string_view key, std::ptrdiff_t* index) {
  const std::ptrdiff_t i = in_original_.index(key);
  if (i < 0 || removed_[static_cast<size_t>(i)]) return nullptr;
  if (index) *index = i;
  return &(original_.begin() + i)->value;
}

Merged ObjectMerge::retain_keys(const doc::Value& names) {
  constexpr const char* kBadFormat = "invalid patch format of retainKeys";
  const doc::Array* list = names.as_array();
  if (!list) return bad_patch(kBadFormat);
  std::set<std::string_view> retained;
  for (const doc::Value& name : *list) {
    if (const std::string* text = name.as_string()) retained.insert(*text);
  }
  for (const doc::Member& member : patch_) {
    if (!member.value.is_null() && !is_directive(member.key) && !retained.contains(member.key)) return bad_patch(kBadFormat);
  }
  size_t i = 0;
  for (const doc::Member& member : original_) removed_[i++] = !retained.contains(member.key);
  return {};
}

Merged ObjectMerge::set_element_order(std::string_view list, const doc::Value& order) {
  if (!order.is_array()) return bad_patch(wrong_type("[]interface {}", order));
  const std::ptrdiff_t in_patch = in_patch_.index(list);
  doc::Value* patch = in_patch < 0 ? nullptr : &(patch_.begin() + in_patch)->value;
  doc::Value* original = in_original(list);
  if (patch && !patch->is_array()) return bad_patch(wrong_type("[]interface {}", *patch));
  if (original && !original->is_array()) return bad_patch(wrong_type("[]interface {}", *original));
  if (!patch && !original) return {};
  const api::Schema* schema = member_schema(schema_, list);
  if (!schema) return bad_patch("unable to find api field for the json field \"" + std::string(list) + "\"");
  auto merged = merge_ordered_lists(original ? original->as_array() : nullptr, patch ? patch->as_array() : nullptr,
                                    *order.as_array(), schema);
  if (!merged) return std::unexpected(std::move(merged.error()));
  if (patch) consumed_[static_cast<size_t>(in_patch)] = true;
  if (original) *original->as_array() = *std::move(merged);
  else added_.append(std::string(list), doc::Value(*std::move(merged)), {});
  return {};
}

Merged ObjectMerge::merge_member(doc::Member& member) {
  std::ptrdiff_t index = 0;
  doc::Value* original = in_original(member.key, &index);
  if (member.value.is_null()) {
    if (original) removed_[static_cast<size_t>(index)] = true;
    return {};
  }
  const api::Schema* schema = member_schema(schema_, member.key);
  if (original && original->is_object() && member.value.is_object())
    return merge_objects(*original->as_object(), std::move(*member.value.as_object()), schema);
  if (original && original->is_array() && member.value.is_array())
    return merge_lists(*original->as_array(), std::move(*member.value.as_array()), schema);
  const bool kept = clean(member.value);
  if (original && kept) *original = std::move(member.value);
  else if (original) removed_[static_cast<size_t>(index)] = true;
  else if (kept) added_.append(std::move(member.key), std::move(member.value), member.key_at);
  return {};
}

Merged ObjectMerge::delete_from(std::string_view list, const doc::Value& deletions) {
  std::ptrdiff_t index = 0;
  doc::Value* original = in_original(list, &index);
  if (!original) return {};
  if (deletions.is_null()) removed_[static_cast<size_t>(index)] = true;
  if (!original->is_array() || !deletions.is_array()) return {};
  return delete_from_list(*original->as_array(), *deletions.as_array());
}

Merged ObjectMerge::run() {
  if (const doc::Value* names = in_patch_.find(kRetainKeys)) {
    if (auto done = retain_keys(*names); !done) return done;
  }
  for (const doc::Member& member : patch_) {
    if (!member.key.starts_with(kSetElementOrder)) continue;
    auto done = set_element_order(std::string_view(member.key).substr(kSetElementOrder.size()), member.value);
    if (!done) return done;
  }
  size_t i = 0;
  for (doc::Member& member : patch_) {
    if (consumed_[i++] || is_directive(member.key)) continue;
    if (auto done = merge_member(member); !done) return done;
  }
  for (const doc::Member& member : patch_) {
    if (!member.key.starts_with(kDeleteFromList)) continue;
    auto done = delete_from(std::string_view(member.key).substr(kDeleteFromList.size()), member.value);
    if (!done) return done;
  }
  finish();
  return {};
}

void ObjectMerge::finish() {
  doc::Object result;
  result.reserve(original_.size() + added_.size());
  size_t i = 0;
  for (doc::Member& member : original_) {
    if (!removed_[i++]) result.append(std::move(member.key), std::move(member.value), member.key_at);
  }
  for (doc::Member& member : added_) result.append(std::move(member.key), std::move(member.value), member.key_at);
  original_ = std::move(result);
}

Merged replace_or_delete(doc::Object& original, doc::Object patch, const doc::Value& directive) {
  const std::string* word = directive.as_string();
  if (word && *word == "delete") {
    original = {};
    return {};
  }
  if (!word || *word != "replace")
    return bad_patch("unknown patch type: " + go_text(directive) + " in map: " + go_text(doc::Value(std::move(patch))));
  patch.erase(kDirective);
  doc::Value replaced(std::move(patch));
  clean(replaced);
  original = std::move(*replaced.as_object());
  return {};
}

}  // namespace

bool clean(doc::Value& value) {
  if (doc::Array* items = value.as_array()) {
    std::erase_if(*items, [](doc::Value& item) { return !clean(item); });
  }
  doc::Object* object = value.as_object();
  if (!object) return true;
  if (object->find(kDirective)) return false;
  doc::Object kept;
  kept.reserve(object->size());
  for (doc::Member& member : *object) {
    if (member.value.is_null() || is_directive(member.key) || !clean(member.value)) continue;
    kept.append(std::move(member.key), std::move(member.value), member.key_at);
  }
  *object = std::move(kept);
  return true;
}

Merged merge_objects(doc::Object& original, doc::Object patch, const api::Schema* schema) {
  if (const doc::Value* directive = patch.find(kDirective)) {
    const doc::Value copy = *directive;
    return replace_or_delete(original, std::move(patch), copy);
  }
  return ObjectMerge(original, patch, schema).run();
}

Outcome<doc::Value> apply_strategic_patch(doc::Value object, doc::Value patch, const api::Schema& schema) {
  if (!patch.is_object())
    return bad_patch("json: cannot unmarshal " + std::string(go_json_kind(patch)) +
                     " into Go value of type map[string]interface {}");
  if (!object.is_object()) object = doc::Value(doc::Object());
  auto done = merge_objects(*object.as_object(), std::move(*patch.as_object()), &schema);
  if (!done) return std::unexpected(std::move(done.error()));
  return object;
}

}  // namespace graylane::patch
