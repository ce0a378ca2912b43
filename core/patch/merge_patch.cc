#include <vector>

#include "patch/go_text.h"
#include "patch/json_patch.h"
#include "patch/member_finder.h"

namespace graylane::patch {
namespace {

void merge(doc::Value& target, doc::Value patch);

void merge_members(doc::Object& target, doc::Object& patch) {
  MemberFinder finder(&target);
  const size_t size = target.size();  // what is appended is not looked up again: the patch's keys are unique
  std::vector<bool> removed(size, false);
  doc::Object added;
  for (doc::Member& member : patch) {
    const std::ptrdiff_t i = finder.index(member.key);
    if (i < 0) {
      if (member.value.is_null()) continue;
      merge(added.append(std::move(member.key), doc::Value(), member.key_at), std::move(member.value));
    } else if (member.value.is_null()) {
      removed[static_cast<size_t>(i)] = true;
    } else {
      merge((target.begin() + i)->value, std::move(member.value));
    }
  }
  doc::Object result;
  result.reserve(size + added.size());
  for (size_t i = 0; i < size; ++i) {
    doc::Member& member = *(target.begin() + static_cast<std::ptrdiff_t>(i));
    if (!removed[i]) result.append(std::move(member.key), std::move(member.value), member.key_at);
  }
  for (doc::Member& member : added) result.append(std::move(member.key), std::move(member.value), member.key_at);
  target = std::move(result);
}

void merge(doc::Value& target, doc::Value patch) {
  doc::Object* members = patch.as_object();
  if (!members) {
    target = std::move(patch);
    return;
  }
  if (!target.is_object()) target = doc::Value(doc::Object(), patch.at());
  merge_members(*target.as_object(), *members);
}

}  // namespace

Outcome<doc::Value> apply_merge_patch(doc::Value object, doc::Value patch) {
  if (!patch.is_object())
    return refuse(Reason::kBadRequest, "error decoding patch: json: cannot unmarshal " + std::string(go_json_kind(patch)) +
                                           " into Go value of type map[string]interface {}");
  merge(object, std::move(patch));
  return object;
}

}  // namespace graylane::patch
