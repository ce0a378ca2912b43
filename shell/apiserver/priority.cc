#include "apiserver/priority.h"

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "control/pod_priority.h"

namespace graylane::apiserver {

namespace {

/// What every Pod is given before it is known whether it has a class (completion.h) says nothing.
void forget_usual(api::Object& pod) {
  doc::Object& spec = api::object_member(*pod.content.as_object(), "spec");
  if (number_at(pod.content, "spec.priority") == 0) spec.erase("priority");
  if (text_at(pod.content, "spec.preemptionPolicy") == "PreemptLowerPriority") spec.erase("preemptionPolicy");
}

}  // namespace

Outcome<void> admit_priority(const api::Kind& kind, api::Object& pod, store::Store& store) {
  forget_usual(pod);
  const auto set = control::set_priority(store, pod);
  if (set) return {};
  const Error& error = set.error();
  const bool is_refused = error.code == ErrorCode::kNotFound || error.code == ErrorCode::kInvalid;
  return refuse(is_refused ? forbidden(kind, pod.key.name, error.what) : from_store(error, kind, pod.key.name));
}

bool is_priority_class(const api::Kind& kind) {
  return kind.storage_group == control::kSchedulingGroup && kind.gvk.kind == "PriorityClass";
}

Outcome<void> admit_priority_class(const api::Kind& kind, const api::Object& wanted, store::Store& store) {
  if (!flag_at(wanted.content, "globalDefault")) return {};
  const auto usual = control::usual_priority_class(store);
  if (!usual) return refuse(from_store(usual.error(), kind, wanted.key.name));
  if (!*usual || (*usual)->key.name == wanted.key.name) return {};
  return refuse(forbidden(kind, wanted.key.name,
                          "PriorityClass " + (*usual)->key.name + " is already marked as default. Only one default can exist"));
}

}  // namespace graylane::apiserver
