#include "apiserver/priority.h"

#include <optional>

#include "api/build.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr const char* kUsualPolicy = "PreemptLowerPriority";
const control::Selector kClasses{"scheduling.k8s.io", "PriorityClass", std::nullopt, std::nullopt};

struct Priority {
  std::string class_name;
  int64_t value = 0;
  std::string policy = kUsualPolicy;
};

Priority priority_of(const api::Object& its_class) {
  const std::string policy = text_at(its_class.content, "preemptionPolicy");
  return {its_class.key.name, number_at(its_class.content, "value"), policy.empty() ? kUsualPolicy : policy};
}

/// Of several defaults the least counts.
Result<Priority> usual_priority(store::Store& store) {
  const auto listing = store.list(kClasses);
  if (!listing) return std::unexpected(listing.error());
  std::optional<Priority> found;
  for (const api::ObjectPtr& one : listing->items) {
    Priority priority = priority_of(*one);
    if (flag_at(one->content, "globalDefault") && (!found || priority.value < found->value)) found = std::move(priority);
  }
  return found.value_or(Priority{});
}

Outcome<Priority> establish(const api::Kind& kind, const api::Object& pod, store::Store& store) {
  const std::string name = text_at(pod.content, "spec.priorityClassName");
  if (name == "system-node-critical") return Priority{name, 2'000'001'000};
  if (name == "system-cluster-critical") return Priority{name, 2'000'000'000};
  if (name.empty()) {
    auto usual = usual_priority(store);
    if (!usual) return refuse(from_store(usual.error(), kind, pod.key.name));
    return *std::move(usual);
  }
  const auto found = store.get({kClasses.group, kClasses.kind, "", name});
  if (found) return priority_of(**found);
  return refuse(forbidden(kind, pod.key.name, "no PriorityClass with name " + name + " was found"));
}

}  // namespace

Outcome<void> admit_priority(const api::Kind& kind, api::Object& pod, store::Store& store) {
  auto priority = establish(kind, pod, store);
  if (!priority) return refuse(std::move(priority.error()));
  const int64_t given = number_at(pod.content, "spec.priority");
  const std::string by_class = " from the given PriorityClass name", policy = text_at(pod.content, "spec.preemptionPolicy");
  if (given != 0 && given != priority->value)
    return refuse(forbidden(kind, pod.key.name,
                            "the integer value of priority (" + std::to_string(given) +
                                ") must not be provided in pod spec; priority admission controller computed " +
                                std::to_string(priority->value) + by_class));
  if (!policy.empty() && policy != kUsualPolicy && policy != priority->policy)
    return refuse(forbidden(kind, pod.key.name,
                            "the string value of PreemptionPolicy (" + policy +
                                ") must not be provided in pod spec; priority admission controller computed " + priority->policy +
                                by_class));
  doc::Object& spec = api::object_member(*pod.content.as_object(), "spec");
  if (!priority->class_name.empty()) spec.set("priorityClassName", Value(priority->class_name));
  spec.set("priority", Value(priority->value));
  spec.set("preemptionPolicy", Value(priority->policy));
  return {};
}

}  // namespace graylane::apiserver
