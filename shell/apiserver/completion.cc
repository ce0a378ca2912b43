#include "apiserver/completion.h"

#include <algorithm>
#include <array>

#include "api/build.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using api::make_object;
using api::object_member;
using doc::Value;

namespace {

constexpr int64_t kTolerationSeconds = 300;

void put_if_absent(doc::Object& object, const char* member, Value value) {
  if (!object.find(member)) object.set(member, std::move(value));
}

bool tolerates(const doc::Array& tolerations, const std::string& key) {
  return std::ranges::any_of(tolerations, [&](const Value& toleration) {
    const std::string effect = text_at(toleration, "effect"), its_key = text_at(toleration, "key");
    return (effect.empty() || effect == "NoExecute") && (its_key == key || its_key.empty());
  });
}

/// How long it stays on a node that is gone.
void add_tolerations(doc::Object& spec) {
  const Value* present = spec.find("tolerations");
  doc::Array tolerations = present && present->is_array() ? *present->as_array() : doc::Array();
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (tolerates(tolerations, key)) continue;
    tolerations.push_back(make_object({{"key", Value(key)},
                                       {"operator", Value("Exists")},
                                       {"effect", Value("NoExecute")},
                                       {"tolerationSeconds", Value(kTolerationSeconds)}}));
  }
  spec.set("tolerations", Value(std::move(tolerations)));
}

struct Demand {
  bool any = false;  // a request or limit of CPU or memory
  bool full = true;  // both are limited, and requested as much
};

void count(const Value& container, Demand& demand) {
  for (const char* resource : {"cpu", "memory"}) {
    const Value* limit = find_path(container, std::string("resources.limits.") + resource);
    const Value* request = find_path(container, std::string("resources.requests.") + resource);
    demand.any = demand.any || limit || request;
    demand.full = demand.full && limit && (!request || *request == *limit);
  }
}

const char* service_class(const Value& pod) {
  Demand demand;
  for (const char* list : {"spec.initContainers", "spec.containers"}) {
    const Value* containers = find_path(pod, list);
    if (!containers || !containers->is_array()) continue;
    for (const Value& container : *containers->as_array()) count(container, demand);
  }
  if (!demand.any) return "BestEffort";
  return demand.full ? "Guaranteed" : "Burstable";
}

}  // namespace

void complete_job(Value& job) {
  doc::Object& spec = object_member(*job.as_object(), "spec");
  const Value* manual = spec.find("manualSelector");
  if (manual && manual->as_bool() && *manual->as_bool()) return;
  const Value uid(text_at(job, "metadata.uid")), name(text_at(job, "metadata.name"));
  spec.set("selector", make_object({{"matchLabels", make_object({{"batch.kubernetes.io/controller-uid", uid}})}}));
  doc::Object& labels = object_member(object_member(object_member(spec, "template"), "metadata"), "labels");
  const Value* own = find_path(job, "metadata.labels");  // by default those of its Pods, of which there are more now
  const bool by_default = !own || size_at(job, "metadata.labels") == 0 || *own == Value(labels);
  for (const char* key : {"batch.kubernetes.io/controller-uid", "controller-uid"}) put_if_absent(labels, key, uid);
  for (const char* key : {"batch.kubernetes.io/job-name", "job-name"}) put_if_absent(labels, key, name);
  if (by_default) object_member(*job.as_object(), "metadata").set("labels", Value(labels));
}

void complete_pod(Value& pod, const std::string& now) {
  doc::Object& spec = object_member(*pod.as_object(), "spec");
  if (number_at(pod, "spec.terminationGracePeriodSeconds") < 0) spec.set("terminationGracePeriodSeconds", Value(int64_t{1}));
  put_if_absent(spec, "priority", Value(int64_t{0}));
  put_if_absent(spec, "preemptionPolicy", Value("PreemptLowerPriority"));
  add_tolerations(spec);
  object_member(*pod.as_object(), "status").set("qosClass", Value(service_class(pod)));
  if (size_at(pod, "spec.schedulingGates") > 0)
    set_scheduled(pod, now,
                  {{"status", Value("False")},
                   {"reason", Value("SchedulingGated")},
                   {"message", Value("Scheduling is blocked due to non-empty scheduling gates")}});
}

void set_scheduled(Value& pod, const std::string& now, std::initializer_list<std::pair<const char*, Value>> members) {
  Value condition = make_object(members);
  condition.as_object()->set("type", Value("PodScheduled"));
  condition.as_object()->set("lastProbeTime", Value());
  condition.as_object()->set("lastTransitionTime", Value(now));
  doc::Object& status = object_member(*pod.as_object(), "status");
  Value* found = status.find("conditions");
  if (!found || !found->is_array()) found = &status.set("conditions", Value(doc::Array()));
  std::erase_if(*found->as_array(), [](const Value& one) { return text_at(one, "type") == "PodScheduled"; });
  found->as_array()->push_back(std::move(condition));
}

}  // namespace graylane::apiserver
