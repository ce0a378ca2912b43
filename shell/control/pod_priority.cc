#include "control/pod_priority.h"

#include <string>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

constexpr const char* kUsualPolicy = "PreemptLowerPriority";

struct Priority {
  std::string class_name = {};
  int64_t value = 0;
  std::string policy = kUsualPolicy;
};

Priority priority_of(const api::Object& its_class) {
  return {its_class.key.name, fields::number(&its_class.content, "value"),
          fields::text(&its_class.content, "preemptionPolicy", kUsualPolicy)};
}

Result<Priority> establish(Client& client, const std::string& name) {
  if (name == "system-node-critical") return Priority{name, 2'000'001'000};
  if (name == "system-cluster-critical") return Priority{name, 2'000'000'000};
  if (name.empty()) {
    const auto usual = usual_priority_class(client);
    if (!usual) return std::unexpected(usual.error());
    return *usual ? priority_of(**usual) : Priority{};
  }
  const auto found = client.get({kSchedulingGroup, "PriorityClass", "", name});
  if (found) return priority_of(**found);
  if (found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
  return fail(ErrorCode::kNotFound, "no PriorityClass with name " + name + " was found");
}

std::unexpected<Error> refuse(const char* what, const std::string& given, const std::string& computed) {
  return fail(ErrorCode::kInvalid, std::string("the ") + what + " (" + given +
                                       ") must not be provided in pod spec; priority admission controller computed " + computed +
                                       " from the given PriorityClass name");
}

}  // namespace

Result<api::ObjectPtr> usual_priority_class(Client& client) {
  const auto listing = client.list({kSchedulingGroup, "PriorityClass", "", {}});
  if (!listing) return std::unexpected(listing.error());
  api::ObjectPtr usual;
  for (const api::ObjectPtr& one : listing->items) {
    const Value* is_default = one->find("globalDefault");
    if (!is_default || *is_default != Value(true)) continue;
    if (!usual || priority_of(*one).value < priority_of(*usual).value) usual = one;
  }
  return usual;
}

Result<void> set_priority(Client& client, api::Object& pod) {
  doc::Object& spec = api::object_member(*pod.content.as_object(), "spec");
  const std::string* name = spec.find("priorityClassName") ? spec.find("priorityClassName")->as_string() : nullptr;
  const auto priority = establish(client, name ? *name : std::string());
  if (!priority) return std::unexpected(priority.error());
  const Value* value = spec.find("priority");
  if (value && value->is_int() && *value->as_int() != priority->value)
    return refuse("integer value of priority", std::to_string(*value->as_int()), std::to_string(priority->value));
  const Value* policy = spec.find("preemptionPolicy");
  if (policy && policy->as_string() && *policy->as_string() != priority->policy)
    return refuse("string value of PreemptionPolicy", *policy->as_string(), priority->policy);
  if (!priority->class_name.empty()) spec.set("priorityClassName", Value(priority->class_name));
  spec.set("priority", Value(priority->value));
  spec.set("preemptionPolicy", Value(priority->policy));
  return {};
}

}  // namespace graylane::control
