#include "apiserver/columns.h"

#include <algorithm>

#include "api/text_rules.h"
#include "apiserver/columns_stored.h"
#include "apiserver/columns_text.h"
#include "apiserver/custom_columns.h"

namespace graylane::apiserver {

using doc::Value;

std::string age_text(int64_t seconds) {
  const auto with = [](int64_t big, const char* unit, int64_t small, const char* small_unit) {
    std::string text = std::to_string(big) + unit;
    if (small > 0) text += std::to_string(small) + small_unit;
    return text;
  };
  constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86'400, kYear = 365 * kDay;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * kMinute) return with(seconds, "s", 0, "");
  if (seconds < 10 * kMinute) return with(seconds / kMinute, "m", seconds % kMinute, "s");
  if (seconds < 3 * kHour) return with(seconds / kMinute, "m", 0, "");
  if (seconds < 8 * kHour) return with(seconds / kHour, "h", seconds % kHour / kMinute, "m");
  if (seconds < 2 * kDay) return with(seconds / kHour, "h", 0, "");
  if (seconds < 8 * kDay) return with(seconds / kDay, "d", seconds % kDay / kHour, "h");
  if (seconds < 2 * kYear) return with(seconds / kDay, "d", 0, "");
  if (seconds < 8 * kYear) return with(seconds / kYear, "y", seconds % kYear / kDay, "d");
  return with(seconds / kYear, "y", 0, "");
}

std::string age_of(const Value& content, int64_t now) {
  const auto created = api::parse_time(text_at(content, "metadata.creationTimestamp"));
  return created ? age_text(now - *created) : "<unknown>";
}

namespace {

constexpr Column kName{"Name", "string", "name"};
constexpr Column kAge{"Age"};

Value name(const Value& content) { return Value(text_at(content, "metadata.name")); }
Value age(const Value& content, int64_t now) { return Value(age_of(content, now)); }
Value text(const Value& content, std::string_view path) { return Value(text_at(content, path)); }
Value number(const Value& content, std::string_view path) { return Value(number_at(content, path)); }
Value size(const Value& content, std::initializer_list<std::string_view> members) {
  int64_t total = 0;
  for (std::string_view member : members) total += size_at(content, member);
  return Value(total);
}
Value ready(const Value& content, std::string_view is, std::string_view wanted) {
  return Value(std::to_string(number_at(content, is)) + "/" + std::to_string(number_at(content, wanted)));
}

struct Row {
  std::string_view kind;
  Columns columns;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {"Deployment",
       {{kName,
         {"Ready"},
         {"Up-to-date", "integer"},
         {"Available", "integer"},
         kAge,
         {"Containers", "string", "", 1},
         {"Images", "string", "", 1},
         {"Selector", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       ready(o, "status.readyReplicas", "spec.replicas"),
                       number(o, "status.updatedReplicas"),
                       number(o, "status.availableReplicas"),
                       age(o, now),
                       Value(containers_text(o, "name")),
                       Value(containers_text(o, "image")),
                       Value(selector_text(o))};
        }}},
      {"ReplicaSet",
       {{kName,
         {"Desired", "integer"},
         {"Current", "integer"},
         {"Ready", "integer"},
         kAge,
         {"Containers", "string", "", 1},
         {"Images", "string", "", 1},
         {"Selector", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       number(o, "spec.replicas"),
                       number(o, "status.replicas"),
                       number(o, "status.readyReplicas"),
                       age(o, now),
                       Value(containers_text(o, "name")),
                       Value(containers_text(o, "image")),
                       Value(selector_text(o))};
        }}},
      {"StatefulSet",
       {{kName, {"Ready"}, kAge, {"Containers", "string", "", 1}, {"Images", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o), ready(o, "status.readyReplicas", "spec.replicas"), age(o, now), Value(containers_text(o, "name")),
                       Value(containers_text(o, "image"))};
        }}},
      {"Pod",
       {{kName,
         {"Ready"},
         {"Status"},
         {"Restarts"},
         kAge,
         {"IP", "string", "", 1},
         {"Node", "string", "", 1},
         {"Nominated Node", "string", "", 1},
         {"Readiness Gates", "string", "", 1}},
        [](const Value& o, int64_t now) {
          const PodSummary pod = summarize_pod(o, now);
          return Cells{name(o),
                       Value(pod.ready),
                       Value(pod.status),
                       Value(pod.restarts),
                       age(o, now),
                       Value(or_none(text_at(o, "status.podIP"))),
                       Value(or_none(text_at(o, "spec.nodeName"))),
                       Value(or_none(text_at(o, "status.nominatedNodeName"))),
                       Value(pod.gates)};
        }}},
      {"Service",
       {{kName, {"Type"}, {"Cluster-IP"}, {"External-IP"}, {"Port(s)"}, kAge, {"Selector", "string", "", 1}},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       text(o, "spec.type"),
                       Value(or_none(text_at(o, "spec.clusterIP"))),
                       Value(external_ip_text(o)),
                       Value(service_ports_text(o)),
                       age(o, now),
                       Value(labels_text(find_path(o, "spec.selector")))};
        }}},
      {"Ingress",
       {{kName, {"Class"}, {"Hosts"}, {"Address"}, {"Ports"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o),
                       Value(or_none(text_at(o, "spec.ingressClassName"))),
                       Value(hosts_text(o)),
                       Value(addresses_text(o)),
                       Value(size_at(o, "spec.tls") > 0 ? "80, 443" : "80"),
                       age(o, now)};
        }}},
      {"IngressClass",
       {{kName, {"Controller"}, {"Parameters"}, kAge},
        [](const Value& o, int64_t now) {
          const std::string kind = text_at(o, "spec.parameters.kind");
          return Cells{name(o), text(o, "spec.controller"),
                       Value(kind.empty() ? "<none>" : kind + "/" + text_at(o, "spec.parameters.name")), age(o, now)};
        }}},
      {"ConfigMap",
       {{kName, {"Data"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), size(o, {"data", "binaryData"}), age(o, now)}; }}},
      {"Secret",
       {{kName, {"Type"}, {"Data"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), text(o, "type"), size(o, {"data"}), age(o, now)}; }}},
      {"CustomResourceDefinition",
       {{kName, {"Created At", "date"}},
        [](const Value& o, int64_t) { return Cells{name(o), text(o, "metadata.creationTimestamp")}; }}},
      {"Endpoints",
       {{kName, {"Endpoints"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), Value(endpoints_text(o)), age(o, now)}; }}},
      {"EndpointSlice",
       {{kName, {"AddressType"}, {"Ports"}, {"Endpoints"}, kAge},
        [](const Value& o, int64_t now) {
          return Cells{name(o), text(o, "addressType"), Value(slice_ports_text(o)), Value(slice_endpoints_text(o)), age(o, now)};
        }}},
      {"Namespace",
       {{kName, {"Status"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), text(o, "status.phase"), age(o, now)}; }}},
      {"Lease",
       {{kName, {"Holder"}, kAge},
        [](const Value& o, int64_t now) { return Cells{name(o), text(o, "spec.holderIdentity"), age(o, now)}; }}},
      {"Event",
       {{{"Last Seen"},
         {"Type"},
         {"Reason"},
         {"Object"},
         {"Subobject", "string", "", 1},
         {"Source", "string", "", 1},
         {"Message"},
         {"First Seen", "string", "", 1},
         {"Count", "string", "", 1},
         {"Name", "string", "name", 1}},
        [](const Value& o, int64_t now) { return event_cells(o, now); }}},
  };
  return kRows;
}

const Columns kDefault = {{kName, kAge}, [](const Value& o, int64_t now) { return Cells{name(o), age(o, now)}; }};

}  // namespace

Columns columns_of(const api::Kind& kind) {
  if (kind.custom) return custom_columns(*kind.custom);
  if (const Columns* columns = stored_kind_columns(kind.gvk.kind)) return *columns;
  const auto found = std::ranges::find(rows(), std::string_view(kind.gvk.kind), &Row::kind);
  return found == rows().end() ? kDefault : found->columns;
}

}  // namespace graylane::apiserver
