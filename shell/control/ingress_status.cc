#include "control/ingress_status.h"

#include <set>
#include <utility>

#include "api/build.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

using doc::Value;

/// The names of those that another controller is to serve.
std::set<std::string> left_to_others(const Diagnostics& compiled) {
  std::set<std::string> names;
  for (const Diagnostic& diagnostic : compiled) {
    if (diagnostic.id == "ingress-not-ours") names.insert(diagnostic.object);
  }
  return names;
}

/// What others wrote to an Ingress of theirs stays.
std::optional<Change> change_to(const api::Object& ingress, const Value& ours, bool served) {
  const Value* balancer = api::fields::find_path(&ingress.content, {"status", "loadBalancer"});
  const Value* present = balancer ? balancer->find("ingress") : nullptr;
  const bool is_ours = present && *present == ours;
  if (served == is_ours || !ingress.content.is_object()) return std::nullopt;
  api::Object next = ingress;
  doc::Object& status = api::object_member(*next.content.as_object(), "status");
  status.set("loadBalancer", served ? api::make_object({{"ingress", ours}}) : Value(doc::Object()));
  return Change::status(std::move(next));
}

}  // namespace

Result<bool> IngressStatus::step(const TableInForce& table, std::chrono::sys_seconds now) {
  const auto changed = ingresses_.catch_up();
  if (!changed) return changed;
  unfinished_ = unfinished_ || *changed || queue_.is_due(now) || std::exchange(number_, table.number) != table.number;
  if (!unfinished_) return false;
  const std::set<std::string> others = left_to_others(table.compiled);
  const Value ours(doc::Array{api::make_object({{"ip", Value(address_)}})});
  Work work{now};
  bool waits = false;
  for (const auto& [key, entry] : ingresses_.entries()) {
    const bool is_seen = entry.object->revision <= table.store_revision;
    waits = waits || !is_seen;
    if (is_seen) work.change(change_to(*entry.object, ours, !others.contains(key.to_string())));
  }
  const auto written = queue_.carry_out(std::move(work));
  unfinished_ = waits || !written || *written;
  return written;
}

}  // namespace graylane::control
