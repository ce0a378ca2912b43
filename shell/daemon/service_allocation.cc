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

}  // namespace

bool ServiceAllocation::lacks_something(const api::Object& service) {
  const doc::Value* spec = fields::find_object(&service.content, "spec");
  const std::string type = fields::text(spec, "type", "ClusterIP");
  return type != "ExternalName" && (fields::text(spec, "clusterIP").empty() || lacks_node_ports(spec, type));
}

Result<bool> ServiceAllocation::step() {
  const auto changed = services_.catch_up();
  if (!changed) return changed;
  if (!*changed && !unfinished_) return false;
  unfinished_ = true;
  std::vector<apiserver::ServiceAddresses::Hold> holds;
  std::vector<control::Change> changes;
  for (const auto& [key, service] : services_.entries()) {
    if (!service.view) continue;
    api::Object next = *service.object;
    auto hold = addresses_.assign(next, service.object.get());
    if (!hold) continue;
    holds.push_back(*std::move(hold));
    changes.push_back(control::Change::update(std::move(next)));
  }
  unfinished_ = !changes.empty();
  if (changes.empty()) return false;
  const uint64_t before = store_.revision();
  const auto written = store_.write(std::move(changes));
  unfinished_ = !written;
  if (written) return written->revision != before;
  if (written.error().code == ErrorCode::kConflict || written.error().code == ErrorCode::kNotFound) return true;  // again
  return std::unexpected(written.error());
}

}  // namespace graylane::daemon
