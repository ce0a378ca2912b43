// HorizontalPodAutoscalers of autoscaling/v1 <-> v2. What v1 has no field for is kept in annotations, as JSON.
#include <algorithm>
#include <array>
#include <string>

#include "api/build.h"
#include "api/fields.h"
#include "api/kinds_tables.h"
#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

struct Kept {
  const char* annotation;
  const char* part;
  const char* member;
};

constexpr Kept kMetrics{"autoscaling.alpha.kubernetes.io/metrics", "spec", "metrics"};
constexpr Kept kCurrentMetrics{"autoscaling.alpha.kubernetes.io/current-metrics", "status", "currentMetrics"};
constexpr std::array kWhole = {Kept{"autoscaling.alpha.kubernetes.io/behavior", "spec", "behavior"},
                               Kept{"autoscaling.alpha.kubernetes.io/conditions", "status", "conditions"}};

doc::Object& annotations_of(doc::Object& object) { return object_member(object_member(object, "metadata"), "annotations"); }

/// Takes an annotation; null when it is absent or no JSON.
doc::Value take_kept(doc::Object& object, const char* name) {
  doc::Object* metadata = find_object(object, "metadata");
  doc::Object* annotations = metadata ? find_object(*metadata, "annotations") : nullptr;
  const std::string* text = annotations ? find_text(*annotations, name) : nullptr;
  if (!text) return {};
  doc::Parsed parsed = doc::parse_json(*text, nullptr);
  annotations->erase(name);
  if (annotations->empty()) metadata->erase("annotations");
  return parsed.diagnostics.empty() && !parsed.documents.empty() ? std::move(parsed.documents.front()) : doc::Value();
}

doc::Value cpu_metric(const char* where, doc::Value value) {
  return make_object(
      {{"type", doc::Value("Resource")}, {"resource", make_object({{"name", doc::Value("cpu")}, {where, std::move(value)}})}});
}

/// The utilization that a metric of the CPU names; null: it is another metric.
const doc::Value* cpu_utilization(const doc::Value& metric, const char* where) {
  const doc::Value* resource = metric.find("resource");
  const doc::Value* name = resource ? resource->find("name") : nullptr;
  const doc::Value* found = resource ? resource->find(where) : nullptr;
  if (!name || !(*name == doc::Value("cpu")) || !found) return nullptr;
  return found->find("averageUtilization");
}

/// A list of v2 becomes a number and, for the rest of it, an annotation.
void fold(doc::Object& object, const Kept& kept, const char* number, const char* where) {
  doc::Object* part = find_object(object, kept.part);
  const doc::Array* items = part ? find_array(*part, kept.member) : nullptr;
  if (!items) return;
  doc::Array rest;
  doc::Value folded;
  for (const doc::Value& item : *items) {
    const doc::Value* utilization = folded.is_null() ? cpu_utilization(item, where) : nullptr;
    if (utilization) folded = *utilization;
    else rest.push_back(item);
  }
  part->erase(kept.member);
  if (!folded.is_null()) part->set(number, std::move(folded));
  if (!rest.empty()) annotations_of(object).set(kept.annotation, doc::Value(doc::to_json(doc::Value(std::move(rest)))));
}

void unfold(doc::Object& object, const Kept& kept, const char* number, doc::Value (*metric)(const doc::Value&)) {
  doc::Value kept_items = take_kept(object, kept.annotation);
  doc::Object* part = find_object(object, kept.part);
  if (!part) return;
  doc::Array items = kept_items.is_array() ? std::move(*kept_items.as_array()) : doc::Array();
  if (const doc::Value* value = part->find(number)) items.push_back(metric(*value));
  part->erase(number);
  if (!items.empty()) part->set(kept.member, doc::Value(std::move(items)));
}

doc::Value wanted_cpu(const doc::Value& percent) {
  return cpu_metric("target", make_object({{"type", doc::Value("Utilization")}, {"averageUtilization", percent}}));
}

doc::Value current_cpu(const doc::Value& percent) {
  return cpu_metric("current", make_object({{"averageUtilization", percent}}));
}

}  // namespace

/// Where neither a number nor the annotation says by what to scale.
void fill_old_autoscaler(doc::Object& autoscaler) {
  const doc::Object* metadata = find_object(autoscaler, "metadata");
  const doc::Object* annotations = metadata ? find_object(*metadata, "annotations") : nullptr;
  doc::Object* spec = find_object(autoscaler, "spec");
  if (!spec || (annotations && annotations->find(kMetrics.annotation))) return;
  fill_in(*spec, "targetCPUUtilizationPercentage", make_number(kDefaultCpuPercent), {});
}

void autoscaler_to_storage(doc::Object& autoscaler) {
  unfold(autoscaler, kMetrics, "targetCPUUtilizationPercentage", wanted_cpu);
  unfold(autoscaler, kCurrentMetrics, "currentCPUUtilizationPercentage", current_cpu);
  for (const Kept& kept : kWhole) {
    doc::Value value = take_kept(autoscaler, kept.annotation);
    if (!value.is_null()) object_member(autoscaler, kept.part).set(kept.member, std::move(value));
  }
  doc::Object* spec = find_object(autoscaler, "spec");
  if (spec && !spec->find("metrics")) spec->set("metrics", doc::Value(doc::Array{default_metric()}));
  doc::Object* status = find_object(autoscaler, "status");
  const doc::Value* replicas = status ? status->find("currentReplicas") : nullptr;
  if (replicas && *replicas == make_number(0)) status->erase("currentReplicas");  // v1 has it always
}

void autoscaler_from_storage(doc::Object& autoscaler) {
  fold(autoscaler, kMetrics, "targetCPUUtilizationPercentage", "target");
  fold(autoscaler, kCurrentMetrics, "currentCPUUtilizationPercentage", "current");
  for (const Kept& kept : kWhole) {
    doc::Object* part = find_object(autoscaler, kept.part);
    const doc::Value* value = part ? part->find(kept.member) : nullptr;
    if (!value) continue;
    std::string text = doc::to_json(*value);
    part->erase(kept.member);
    annotations_of(autoscaler).set(kept.annotation, doc::Value(std::move(text)));
  }
  doc::Object* status = find_object(autoscaler, "status");
  if (!status) return;
  status->erase("currentMetrics");  // null, when there are none
  fill_in(*status, "currentReplicas", make_number(0), {});
}

}  // namespace graylane::api
