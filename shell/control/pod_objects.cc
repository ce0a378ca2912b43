#include "control/pod_objects.h"

#include <charconv>
#include <utility>

#include "api/build.h"
#include "api/decode.h"
#include "api/text_rules.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

namespace fields = api::fields;
using api::make_object;
using doc::Value;

constexpr size_t kGeneratedBaseMax = 58;  // with the suffix 63: a Pod's name is its host name
constexpr const char* kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

Value pod_metadata(const api::Object& owner, const Value* own, std::chrono::sys_seconds now, route::Rng& random) {
  const std::string generate_name = (owner.key.name + "-").substr(0, kGeneratedBaseMax);
  Value metadata = make_object({{"name", Value(generate_name + random_suffix(random))},
                                {"generateName", Value(generate_name)},
                                {"namespace", Value(owner.key.ns)},
                                {"uid", Value(random_uid(random))},
                                {"generation", Value(int64_t{1})},
                                {"creationTimestamp", Value(api::format_time(now.time_since_epoch().count()))},
                                {"labels", api::make_labels(fields::labels(own, "labels"))},
                                {"ownerReferences", Value(doc::Array{controller_reference(owner)})}});
  const api::Labels annotations = fields::labels(own, "annotations");
  if (!annotations.empty()) metadata.as_object()->set("annotations", api::make_labels(annotations));
  const doc::Array& finalizers = fields::items(own, "finalizers");
  if (!finalizers.empty()) metadata.as_object()->set("finalizers", Value(finalizers));
  return metadata;
}

/// A Pod has some that its template has not. One that would be refused is kept as it is: who runs it says why it does not.
api::Object with_defaults(api::Object pod) {
  api::Decoded decoded = api::decode(pod.content, nullptr);
  if (!decoded.object) return pod;
  pod.content = std::move(decoded.object->content);
  return pod;
}

}  // namespace

PodView read_pod_view(const api::Object& object) {
  PodView view{api::read_pod(object)};
  view.assigned = fields::find_text(fields::find_object(&object.content, "spec"), "nodeName") != nullptr;
  for (const Value& status : fields::items(fields::find_object(&object.content, "status"), "containerStatuses"))
    view.restarts += fields::number(&status, "restartCount");
  const std::string cost = annotation_text(object, kDeletionCost);
  std::from_chars(cost.data(), cost.data() + cost.size(), view.deletion_cost);
  return view;
}

api::Object make_pod(const api::Object& owner, std::chrono::sys_seconds now, route::Rng& random) {
  const Value* own = fields::find_object(fields::find_object(&owner.content, "spec"), "template");
  Value metadata = pod_metadata(owner, fields::find_object(own, "metadata"), now, random);
  api::Object pod;
  pod.gvk = {"", "v1", "Pod"};
  pod.key = {"", "Pod", owner.key.ns, *metadata.find("name")->as_string()};
  pod.age = {now.time_since_epoch().count(), true, 0};
  const Value* spec = fields::find_object(own, "spec");
  pod.content = make_object({{"apiVersion", Value("v1")},
                             {"kind", Value("Pod")},
                             {"metadata", std::move(metadata)},
                             {"spec", spec ? *spec : Value(doc::Object())},
                             {"status", make_object({{"phase", Value("Pending")}})}});
  return with_defaults(std::move(pod));
}

}  // namespace graylane::control
