#include "daemon/service_allocation.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "api/view_fields.h"

namespace graylane::daemon {

namespace {

namespace fields = api::fields;

bool lacks_node_ports(const doc::Value* spec, std::string_view type) {
  if (type != "NodePort" && type != "LoadBalancer") return false;
  const auto ports = fields::items(spec, "ports");
  return std::ranges::any_of(ports, [](const doc::Value& port) { return fields::number(&port, "nodePort") == 0; });
}

bool lacks_something(const api::Object& service) {
  const doc::Value* spec = fields::find_object(&service.content, "spec");
  const std::string type = fields::text(spec, "type", "ClusterIP");
  return type != "ExternalName" && (fields::text(spec, "clusterIP").empty() || lacks_node_ports(spec, type));
}

}  // namespace

Result<bool> ServiceAllocation::step() {
  const auto services = store_.list({"", "Service", {}});
  if (!services) return std::unexpected(services.error());
  std::vector<apiserver::ServiceAddresses::Hold> holds;
  std::vector<control::Change> changes;
  for (const api::ObjectPtr& service : services->items) {
    if (!lacks_something(*service)) continue;
    api::Object next = *service;
    auto hold = addresses_.assign(next, service.get());
    if (!hold) continue;
    holds.push_back(*std::move(hold));
    changes.push_back(control::Change::update(std::move(next)));
  }
  if (changes.empty()) return false;
  const uint64_t before = store_.revision();
  const auto written = store_.write(std::move(changes));
  if (written) return written->revision != before;
  if (written.error().code == ErrorCode::kConflict || written.error().code == ErrorCode::kNotFound) return true;  // again
  return std::unexpected(written.error());
}

}  // namespace graylane::daemon
