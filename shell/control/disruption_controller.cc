#include "control/disruption_controller.h"

#include <utility>
#include <vector>

#include "api/build.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/work.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using doc::Value;

api::Labels labels_of(const api::Object& pod) { return fields::labels(metadata_of(pod), "labels"); }

Value condition_of(const Value* status_before, const BudgetCount& count, const Value* generation, const std::string& now) {
  const bool allowed = count.allowed() > 0;
  const char* const status = allowed ? "True" : "False";
  const char* const reason = allowed ? "SufficientPods" : count.problem.empty() ? "InsufficientPods" : "SyncFailed";
  std::string since = now;
  for (const Value& before : fields::items(status_before, "conditions")) {
    if (fields::text(&before, "type") != "DisruptionAllowed" || fields::text(&before, "status") != status) continue;
    since = fields::text(&before, "lastTransitionTime", now);
  }
  doc::Object condition;
  condition.append("type", Value("DisruptionAllowed"), {});
  condition.append("status", Value(status), {});
  if (generation) condition.append("observedGeneration", *generation, {});
  condition.append("lastTransitionTime", Value(since), {});
  condition.append("reason", Value(reason), {});
  condition.append("message", Value(count.problem), {});
  return Value(std::move(condition));
}

}  // namespace

Value status_of(const api::Object& budget, const BudgetCount& count, std::chrono::sys_seconds now) {
  const Value* before = fields::find_object(&budget.content, "status");
  const Value* generation = fields::find(metadata_of(budget), "generation");
  doc::Object status;
  if (generation) status.append("observedGeneration", *generation, {});
  for (const auto& [name, number] :
       std::initializer_list<std::pair<const char*, int32_t>>{{"disruptionsAllowed", count.allowed()},
                                                              {"currentHealthy", count.healthy},
                                                              {"desiredHealthy", count.desired},
                                                              {"expectedPods", count.expected}})
    status.append(name, Value(int64_t{number}), {});
  const std::string time = api::format_time(now.time_since_epoch().count());
  status.append("conditions", Value(doc::Array{condition_of(before, count, generation, time)}), {});
  return Value(std::move(status));
}

DisruptionController::DisruptionController(Client& client, std::chrono::seconds resync)
    : client_(client),
      budgets_(client, {"policy", "PodDisruptionBudget", {}}, &read_disruption_budget, resync),
      pods_(client, {"", "Pod", {}}, &labels_of),
      queue_(client) {}

Result<void> DisruptionController::catch_up(std::chrono::sys_seconds now) {
  const auto touched = [this](const api::ObjectKey& key) { touched_.insert(key.ns); };
  if (auto known = budgets_.catch_up(now, touched); !known) return std::unexpected(std::move(known.error()));
  if (auto known = pods_.catch_up(touched); !known) return std::unexpected(std::move(known.error()));
  return {};
}

void DisruptionController::look_at(const std::string& ns, Work& work) {
  for (const auto& [key, entry] : in_namespace(budgets_.entries(), ns)) {
    std::vector<api::ObjectPtr> covered;
    for (const auto& [pod, known] : in_namespace(pods_.entries(), ns)) {
      if (entry.view.covers(known.view)) covered.push_back(known.object);
    }
    const BudgetCount count = count_budget(entry.view, covered, client_, [](const api::ObjectKey&) { return false; });
    Value status = status_of(*entry.object, count, work.now);
    const Value* before = entry.object->find("status");
    if (before && *before == status) continue;
    Work one{work.now};
    api::Object next = *entry.object;
    next.content.as_object()->set("status", std::move(status));
    one.changes.push_back(Change::status(std::move(next)));
    work.add(key, std::move(one));
  }
}

Result<bool> DisruptionController::step(std::chrono::sys_seconds now) {
  if (auto known = catch_up(now); !known) return std::unexpected(std::move(known.error()));
  if (queue_.is_due(now)) {
    for (const auto& [key, entry] : budgets_.entries()) touched_.insert(key.ns);
  }
  Work work{now};
  for (const std::string& ns : std::exchange(touched_, {})) look_at(ns, work);
  return queue_.carry_out(std::move(work));
}

}  // namespace graylane::control
