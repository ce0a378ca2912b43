#include "cli/object_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "api/ingress.h"
#include "api/service.h"
#include "api/text_rules.h"
#include "api/view_fields.h"
#include "api/workload.h"
#include "cli/lower_case.h"
#include "doc/print.h"

namespace graylane::cli {

namespace {

using Cells = std::vector<std::string>;

constexpr auto kNone = "<none>";
constexpr auto kUnknown = "<unknown>";

std::string or_none(const Cells& items, const char* separator = ",") {
  return items.empty() ? kNone : fmt::format("{}", fmt::join(items, separator));
}

Cells hosts_of(const api::Ingress& ingress) {
  Cells hosts;
  for (const api::IngressRule& rule : ingress.rules) {
    const std::string host = rule.host.empty() ? "*" : rule.host;
    if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
  }
  return hosts.empty() ? Cells{"*"} : hosts;
}

Cells ingress_cells(const api::Object& object) {
  const api::Ingress ingress = api::read_ingress(object);
  const doc::Value* annotation = object.annotation("kubernetes.io/ingress.class");
  const std::string* old = annotation != nullptr ? annotation->as_string() : nullptr;
  return {ingress.class_name.value_or(old != nullptr ? *old : kNone), or_none(hosts_of(ingress)),
          ingress.tls.empty() ? "80" : "80, 443"};
}

Cells service_cells(const api::Object& object) {
  const api::Service service = api::read_service(object);
  Cells ports;
  for (const api::ServicePort& port : service.ports) ports.push_back(fmt::format("{}/{}", port.number, port.protocol));
  const std::string address = service.is_external() ? service.external_name : service.cluster_ip;
  return {service.type, address.empty() ? kNone : address, or_none(ports)};
}

std::string images_of(const api::Object& object, std::initializer_list<const char*> path) {
  const doc::Value* value = &object.content;
  for (const char* member : path) value = value != nullptr ? value->find(member) : nullptr;
  Cells images;
  if (value == nullptr || value->as_array() == nullptr) return kNone;
  for (const doc::Value& container : *value->as_array()) {
    const doc::Value* image = container.find("image");
    if (image != nullptr && image->as_string() != nullptr) images.push_back(*image->as_string());
  }
  return or_none(images);
}

/// 0 when absent: Kubernetes leaves zeros away.
int64_t number_at(const doc::Value* value, std::initializer_list<std::string_view> members) {
  const doc::Value* found = api::fields::find_path(value, members);
  return found != nullptr && found->as_int() != nullptr ? *found->as_int() : 0;
}

std::string text_at(const doc::Value* value, std::initializer_list<std::string_view> members) {
  const doc::Value* found = api::fields::find_path(value, members);
  return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string();
}

/// Without a status, as in a file, nothing is known of Pods.
Cells deployment_cells(const api::Object& object) {
  const doc::Value* status = object.find("status");
  const auto count = [&](const char* of) { return status == nullptr ? "-" : std::to_string(number_at(status, {of})); };
  return {fmt::format("{}/{}", count("readyReplicas"), api::read_deployment(object).replicas), count("updatedReplicas"),
          count("availableReplicas"), images_of(object, {"spec", "template", "spec", "containers"})};
}

/// As kubectl sums a Pod up.
struct PodSummary {
  size_t containers = 0;
  size_t ready = 0;
  int64_t restarts = 0;
  std::string status;
};

PodSummary summary_of(const api::Object& object) {
  PodSummary sum;
  sum.status = text_at(&object.content, {"status", "phase"});
  const doc::Value* containers = api::fields::find_path(&object.content, {"spec", "containers"});
  if (containers != nullptr && containers->as_array() != nullptr) sum.containers = containers->as_array()->size();
  const doc::Value* statuses = api::fields::find_path(&object.content, {"status", "containerStatuses"});
  if (statuses == nullptr || statuses->as_array() == nullptr) return sum;
  for (const doc::Value& status : *statuses->as_array()) {
    const doc::Value* ready = status.find("ready");
    if (ready != nullptr && ready->as_bool() != nullptr && *ready->as_bool()) ++sum.ready;
    sum.restarts += number_at(&status, {"restartCount"});
    for (const char* state : {"waiting", "terminated"}) {
      const std::string reason = text_at(&status, {"state", state, "reason"});
      if (!reason.empty()) sum.status = reason;
    }
  }
  return sum;
}

Cells pod_cells(const api::Object& object) {
  PodSummary sum = summary_of(object);
  if (!text_at(&object.content, {"metadata", "deletionTimestamp"}).empty()) sum.status = "Terminating";
  const std::string ip = text_at(&object.content, {"status", "podIP"});
  return {fmt::format("{}/{}", sum.ready, sum.containers), sum.status.empty() ? kUnknown : sum.status,
          std::to_string(sum.restarts), ip.empty() ? kNone : ip};
}

size_t members_of(const api::Object& object, const char* member) {
  const doc::Value* value = object.find(member);
  return value != nullptr && value->as_object() != nullptr ? value->as_object()->size() : 0;
}

Cells data_cells(const api::Object& object) {
  return {std::to_string(members_of(object, "data") + members_of(object, "binaryData"))};
}

Cells secret_cells(const api::Object& object) {
  const doc::Value* type = object.find("type");
  return {type != nullptr && type->as_string() != nullptr ? *type->as_string() : "Opaque",
          std::to_string(members_of(object, "data") + members_of(object, "stringData"))};
}

Cells endpoints_cells(const api::Object& object) {
  Cells addresses;
  for (const api::EndpointSubset& subset : api::read_endpoints(object).subsets) {
    for (const std::string& address : subset.addresses) {
      for (const api::EndpointPort& port : subset.ports) addresses.push_back(fmt::format("{}:{}", address, port.number));
    }
  }
  return {or_none(addresses)};
}

Cells slice_cells(const api::Object& object) {
  const api::EndpointSlice slice = api::read_endpoint_slice(object);
  Cells ports;
  for (const api::EndpointPort& port : slice.ready.ports) ports.push_back(std::to_string(port.number));
  return {slice.service.empty() ? kNone : slice.service, or_none(ports), or_none(slice.ready.addresses)};
}

Cells class_cells(const api::Object& object) {
  const doc::Value* spec = object.find("spec");
  const doc::Value* controller = spec != nullptr ? spec->find("controller") : nullptr;
  return {controller != nullptr && controller->as_string() != nullptr ? *controller->as_string() : kNone};
}

Cells event_cells(const api::Object& object) {
  Cells cells;
  for (const char* member : {"type", "reason", "message"}) cells.push_back(text_at(&object.content, {member}));
  std::ranges::replace(cells.back(), '\n', ' ');
  return cells;
}

Cells replica_set_cells(const api::Object& object) {
  const auto count = [&](std::initializer_list<std::string_view> members) {
    return std::to_string(number_at(&object.content, members));
  };
  return {count({"spec", "replicas"}), count({"status", "replicas"}), count({"status", "readyReplicas"})};
}

Cells namespace_cells(const api::Object& object) {
  const std::string phase = text_at(&object.content, {"status", "phase"});
  return {phase.empty() ? kUnknown : phase};
}

Cells node_cells(const api::Object& object) {
  std::string status = "NotReady";
  const doc::Value* conditions = api::fields::find_path(&object.content, {"status", "conditions"});
  if (conditions != nullptr && conditions->as_array() != nullptr) {
    for (const doc::Value& condition : *conditions->as_array())
      if (text_at(&condition, {"type"}) == "Ready" && text_at(&condition, {"status"}) == "True") status = "Ready";
  }
  const doc::Value* cordoned = api::fields::find_path(&object.content, {"spec", "unschedulable"});
  const bool is_cordoned = cordoned != nullptr && cordoned->as_bool() != nullptr && *cordoned->as_bool();
  return {status + (is_cordoned ? ",SchedulingDisabled" : "")};
}

Cells no_cells(const api::Object&) { return {}; }

struct Layout {
  const char* kind;
  Cells heading;  // between NAME and AGE
  Cells (*cells)(const api::Object&);
  const char* first = "NAME";
};

/// The names of Events are for nobody: what they are about stands there.
std::string first_cell(const api::Object& object, bool with_kind) {
  if (object.key.kind != "Event") return with_kind ? resource_name(object) : object.key.name;
  const std::string kind = text_at(&object.content, {"involvedObject", "kind"});
  return kind.empty() ? object.key.name : lower_case(kind) + "/" + text_at(&object.content, {"involvedObject", "name"});
}

const Layout& layout_of(std::string_view kind) {
  static const std::vector<Layout> kLayouts = {
      {"Ingress", {"CLASS", "HOSTS", "PORTS"}, ingress_cells},
      {"Service", {"TYPE", "CLUSTER-IP", "PORT(S)"}, service_cells},
      {"Deployment", {"READY", "UP-TO-DATE", "AVAILABLE", "IMAGES"}, deployment_cells},
      {"Pod", {"READY", "STATUS", "RESTARTS", "IP"}, pod_cells},
      {"ConfigMap", {"DATA"}, data_cells},
      {"Secret", {"TYPE", "DATA"}, secret_cells},
      {"Endpoints", {"ENDPOINTS"}, endpoints_cells},
      {"EndpointSlice", {"SERVICE", "PORTS", "ENDPOINTS"}, slice_cells},
      {"ReplicaSet", {"DESIRED", "CURRENT", "READY"}, replica_set_cells},
      {"Namespace", {"STATUS"}, namespace_cells},
      {"Node", {"STATUS"}, node_cells},
      {"IngressClass", {"CONTROLLER"}, class_cells},
      {"Event", {"TYPE", "REASON", "MESSAGE"}, event_cells, "OBJECT"},
      {"", {}, no_cells},
  };
  const auto found = std::ranges::find(kLayouts, kind, &Layout::kind);
  return found != kLayouts.end() ? *found : kLayouts.back();
}

/// Since it was created; of objects from files that nobody runs, nothing is known.
std::string age_of(const api::Object& object, int64_t now) {
  const auto created = api::parse_time(text_at(&object.content, {"metadata", "creationTimestamp"}));
  return created ? age_text(now - *created) : kUnknown;
}

// ---- custom kinds

bool is_shown(const api::PrinterColumn& column, bool wide) { return wide || column.priority == 0; }

/// What has another type than its column is not shown.
std::string custom_cell(const api::PrinterColumn& column, const doc::Value& content, int64_t now) {
  const doc::Value* found = column.path.first(content);
  if (found == nullptr || found->is_null()) return kNone;
  const std::string* text = found->as_string();
  if (column.type == "date") {
    const auto time = api::parse_time(text != nullptr ? *text : std::string());
    return time ? age_text(now - *time) : kUnknown;
  }
  if (column.type == "string") return text != nullptr ? *text : doc::to_json(*found);
  return text != nullptr ? kNone : doc::to_json(*found);
}

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  return text;
}

Cells custom_heading(const api::CustomKind& kind, bool wide) {
  Cells heading;
  for (const api::PrinterColumn& column : kind.columns)
    if (is_shown(column, wide)) heading.push_back(upper_case(column.name));
  return heading;
}

Cells custom_cells(const api::CustomKind& kind, const api::Object& object, const ObjectColumns& columns) {
  Cells cells;
  doc::Value content = object.content;
  api::unpack_managed_fields(content);  // a column may look into them
  for (const api::PrinterColumn& column : kind.columns)
    if (is_shown(column, columns.wide)) cells.push_back(custom_cell(column, content, columns.now_unix_seconds));
  return cells;
}

}  // namespace

std::string resource_name(const api::Object& object) {
  return lower_case(object.key.kind) + (object.key.group.empty() ? "" : "." + object.key.group) + "/" + object.key.name;
}

std::vector<Cells> object_rows(const std::vector<api::ObjectPtr>& objects, const ObjectColumns& columns) {
  std::vector<Cells> rows;
  const auto add = [&](Cells before, const Cells& middle, Cells after) {
    before.insert(before.end(), middle.begin(), middle.end());
    before.insert(before.end(), after.begin(), after.end());
    rows.push_back(std::move(before));
  };
  const auto pick = [](bool with, std::string optional, std::string always) {
    return with ? Cells{std::move(optional), std::move(always)} : Cells{std::move(always)};
  };
  const Layout& layout = layout_of(objects.empty() ? "" : objects.front()->key.kind);
  const Cells last = columns.wide ? Cells{"FROM"} : Cells{};
  Cells heading = columns.custom ? custom_heading(*columns.custom, columns.wide) : layout.heading;
  if (!columns.custom) heading.emplace_back("AGE");  // else it is for the definition to say
  add(pick(columns.with_namespace, "NAMESPACE", layout.first), heading, last);
  for (const api::ObjectPtr& object : objects) {
    Cells cells = columns.custom ? custom_cells(*columns.custom, *object, columns) : layout.cells(*object);
    if (!columns.custom) cells.push_back(age_of(*object, columns.now_unix_seconds));
    add(pick(columns.with_namespace, object->key.ns, first_cell(*object, columns.with_kind)), cells,
        columns.wide ? Cells{object->at(object->content.at()).to_string()} : Cells{});
  }
  return rows;
}

std::string age_text(int64_t seconds) {
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour, kYear = 365 * kDay;
  const auto two = [](int64_t a, const char* x, int64_t b, const char* y) {
    return b == 0 ? fmt::format("{}{}", a, x) : fmt::format("{}{}{}{}", a, x, b, y);
  };
  if (seconds < 0) return "0s";
  if (seconds < 2 * kMinute) return fmt::format("{}s", seconds);
  if (seconds < 10 * kMinute) return two(seconds / kMinute, "m", seconds % kMinute, "s");
  if (seconds < 3 * kHour) return fmt::format("{}m", seconds / kMinute);
  if (seconds < 8 * kHour) return two(seconds / kHour, "h", seconds % kHour / kMinute, "m");
  if (seconds < 2 * kDay) return fmt::format("{}h", seconds / kHour);
  if (seconds < 8 * kDay) return two(seconds / kDay, "d", seconds % kDay / kHour, "h");
  if (seconds < 2 * kYear) return fmt::format("{}d", seconds / kDay);
  if (seconds < 8 * kYear) return two(seconds / kYear, "y", seconds % kYear / kDay, "d");
  return fmt::format("{}y", seconds / kYear);
}

}  // namespace graylane::cli
