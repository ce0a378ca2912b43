#include "apiserver/metrics.h"

#include <algorithm>
#include <cmath>

#include "api/build.h"
#include "api/text_rules.h"
#include "apiserver/columns_text.h"
#include "apiserver/options.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {
namespace {

using api::make_object;
using doc::Value;

struct Usage {
  double cpu_cores = 0;
  uint64_t memory_bytes = 0;

  Value document() const {
    const auto nanocores = static_cast<int64_t>(std::llround(cpu_cores * 1e9));
    return make_object(
        {{"cpu", Value(std::to_string(nanocores) + "n")}, {"memory", Value(std::to_string(memory_bytes / 1024) + "Ki")}});
  }
};

/// What all metrics begin with.
doc::Object begin(const api::Kind& kind, const api::ObjectKey& of, const api::Object* labelled, const MeasuredPod& measured) {
  doc::Object metadata;
  metadata.append("name", Value(of.name), {});
  if (!of.ns.empty()) metadata.append("namespace", Value(of.ns), {});
  const std::string taken = api::format_time(measured.taken.time_since_epoch().count());
  metadata.append("creationTimestamp", Value(taken), {});
  const Value* labels = labelled ? find_path(labelled->content, "metadata.labels") : nullptr;
  if (labels) metadata.append("labels", *labels, {});
  const auto window = std::max<int64_t>(1, std::chrono::round<std::chrono::seconds>(measured.window).count());
  return *make_object({{"kind", Value(kind.gvk.kind)},
                       {"apiVersion", Value(kind.gvk.api_version())},
                       {"metadata", Value(std::move(metadata))},
                       {"timestamp", Value(taken)},
                       {"window", Value(std::to_string(window) + "s")}})
              .as_object();
}

Value pod_metrics(const api::Kind& kind, const MeasuredPod& measured, const api::Object& pod) {
  doc::Array containers;
  for (const MeasuredContainer& container : measured.containers) {
    const Usage usage{container.cpu_cores, container.memory_bytes};
    containers.push_back(make_object({{"name", Value(container.name)}, {"usage", usage.document()}}));
  }
  doc::Object object = begin(kind, measured.pod, &pod, measured);
  object.append("containers", Value(std::move(containers)), {});
  return Value(std::move(object));
}

/// Ordered by name. A Pod that has just ended is left out.
doc::Array all_pods(store::Store& store, const std::vector<MeasuredPod>& measures, const Target& target, const api::Kind& kind,
                    const LabelSelector& labels) {
  doc::Array items;
  for (const MeasuredPod& measured : measures) {
    if (!target.ns.empty() && measured.pod.ns != target.ns) continue;
    if (!target.name.empty() && measured.pod.name != target.name) continue;
    const auto pod = store.get(measured.pod);
    if (pod && labels.matches((*pod)->content)) items.push_back(pod_metrics(kind, measured, **pod));
  }
  return items;
}

doc::Array all_nodes(store::Store& store, const std::vector<MeasuredPod>& measures, const Target& target, const api::Kind& kind,
                     const LabelSelector& labels) {
  Usage sum;
  MeasuredPod newest;
  for (const MeasuredPod& measured : measures) {
    if (measured.taken >= newest.taken) newest = measured;
    for (const MeasuredContainer& container : measured.containers) {
      sum.cpu_cores += container.cpu_cores;
      sum.memory_bytes += container.memory_bytes;
    }
  }
  doc::Array items;
  const auto nodes = store.list({"", "Node", {}});
  if (!nodes || measures.empty()) return items;
  for (const api::ObjectPtr& node : nodes->items) {
    if ((!target.name.empty() && node->key.name != target.name) || !labels.matches(node->content)) continue;
    doc::Object object = begin(kind, node->key, node.get(), newest);
    object.append("usage", sum.document(), {});
    items.emplace_back(std::move(object));
  }
  return items;
}

}  // namespace

bool is_measured(const api::Kind& kind) { return kind.gvk.group == "metrics.k8s.io"; }

Outcome<httpd::Response> get_metrics(store::Store& store, const Measures& measures, const Target& target, const api::Kind& kind,
                                     const httpd::Request& request) {
  const std::string* text = request.query_value("labelSelector");
  auto labels = LabelSelector::parse(text ? *text : std::string());
  if (!labels) return refuse(std::move(labels.error()));
  const auto measured = measures ? measures() : std::vector<MeasuredPod>();
  doc::Array items =
      kind.namespaced ? all_pods(store, measured, target, kind, *labels) : all_nodes(store, measured, target, kind, *labels);
  if (!target.name.empty()) {
    if (items.empty()) return refuse(not_found(kind, target.name));
    return json_response(200, items.front());
  }
  return json_response(200, make_object({{"kind", Value(kind.gvk.kind + "List")},
                                         {"apiVersion", Value(kind.gvk.api_version())},
                                         {"metadata", Value(doc::Object())},
                                         {"items", Value(std::move(items))}}));
}

}  // namespace graylane::apiserver
