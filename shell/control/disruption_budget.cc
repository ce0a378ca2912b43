#include "control/disruption_budget.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

/// 3, "25%", or nothing.
std::optional<api::IntOrPercent> int_or_percent(const Value* spec, std::string_view member) {
  const Value* value = fields::find(spec, member);
  if (value && value->is_int()) return api::IntOrPercent{std::max(fields::number(spec, member), 0), false};
  const std::string text = fields::text(spec, member);
  int32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0 || std::string_view(rest, end) != "%") return std::nullopt;
  return api::IntOrPercent{number, true};
}

const Value* controller_of(const api::Object& object) {
  for (const Value& owner : fields::items(fields::find_object(&object.content, "metadata"), "ownerReferences")) {
    const Value* controls = fields::find(&owner, "controller");
    if (controls && *controls == Value(true)) return &owner;
  }
  return nullptr;
}

/// The object that a reference is about; null: it is not there, or another one by now.
api::ObjectPtr owner_in(Client& client, const std::string& ns, const Value& reference) {
  const std::string version = fields::text(&reference, "apiVersion"), uid = fields::text(&reference, "uid");
  const size_t slash = version.find('/');
  const std::string group = slash == version.npos ? "" : version.substr(0, slash);
  const auto found = client.get({group, fields::text(&reference, "kind"), ns, fields::text(&reference, "name")});
  if (!found) return nullptr;
  const std::string its_uid = fields::text(fields::find_object(&(*found)->content, "metadata"), "uid");
  return its_uid.empty() || uid.empty() || its_uid == uid ? *found : nullptr;
}

/// What a Pod's number comes from: its Deployment rather than the ReplicaSet of that.
api::ObjectPtr workload_of(Client& client, const std::string& ns, const Value& reference) {
  api::ObjectPtr owner = owner_in(client, ns, reference);
  const Value* above = owner && owner->key.kind == "ReplicaSet" ? controller_of(*owner) : nullptr;
  if (!above || fields::text(above, "kind") != "Deployment") return owner;
  const api::ObjectPtr deployment = owner_in(client, ns, *above);
  return deployment ? deployment : owner;
}

/// How many replicas the workloads of these Pods want together. Pods that nobody manages do not count.
int32_t expected_by_owners(const std::vector<api::ObjectPtr>& pods, Client& client, std::string& problem) {
  std::map<api::ObjectKey, int32_t> replicas;
  std::set<std::pair<std::string, std::string>> seen;  // kind and name of direct owners
  for (const api::ObjectPtr& pod : pods) {
    const Value* reference = controller_of(*pod);
    if (!reference || !seen.emplace(fields::text(reference, "kind"), fields::text(reference, "name")).second) continue;
    const api::ObjectPtr workload = workload_of(client, pod->key.ns, *reference);
    const Value* spec = workload ? fields::find_object(&workload->content, "spec") : nullptr;
    if (!fields::find(spec, "replicas")) {
      problem = "found no controllers for pod \"" + pod->key.name + "\"";
      return 0;
    }
    replicas[workload->key] = std::max(fields::number(spec, "replicas"), 0);
  }
  int64_t sum = 0;
  for (const auto& [key, number] : replicas) sum += number;
  return static_cast<int32_t>(std::min<int64_t>(sum, INT32_MAX));
}

}  // namespace

DisruptionBudget read_disruption_budget(const api::Object& object) {
  const Value* spec = fields::find_object(&object.content, "spec");
  const Value* selector = fields::find_object(spec, "selector");
  DisruptionBudget budget;
  budget.selector = LabelSelector(selector);
  budget.covers_all = selector && budget.selector.empty();
  budget.min_available = int_or_percent(spec, "minAvailable");
  budget.max_unavailable = int_or_percent(spec, "maxUnavailable");
  budget.unhealthy_may_go = fields::text(spec, "unhealthyPodEvictionPolicy") == "AlwaysAllow";
  return budget;
}

BudgetCount count_budget(const DisruptionBudget& budget, const std::vector<api::ObjectPtr>& pods, Client& client,
                         const std::function<bool(const api::ObjectKey& pod)>& leaves) {
  BudgetCount count;
  for (const api::ObjectPtr& object : pods) {
    const api::Pod pod = api::read_pod(*object);
    count.healthy += pod.ready && !pod.terminating && !leaves(object->key);
  }
  const bool by_owners = budget.max_unavailable || (budget.min_available && budget.min_available->percent);
  if (by_owners) count.expected = expected_by_owners(pods, client, count.problem);
  else if (budget.min_available) count.expected = static_cast<int32_t>(pods.size());
  if (budget.max_unavailable) count.desired = std::max(0, count.expected - budget.max_unavailable->of_rounded_up(count.expected));
  else if (budget.min_available) count.desired = budget.min_available->of_rounded_up(count.expected);
  return count;
}

}  // namespace graylane::control
