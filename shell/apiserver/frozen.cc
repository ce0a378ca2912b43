#include "apiserver/frozen.h"

#include <algorithm>
#include <array>
#include <span>

#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr std::array<std::string_view, 3> kOfPods = {"activeDeadlineSeconds", "tolerations", "schedulingGates"};
constexpr std::array<std::string_view, 7> kOfStatefulSets = {
    "replicas",       "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds"};
constexpr std::array<std::string_view, 3> kOfClaims = {"resources", "volumeAttributesClassName", "volumeName"};

struct Row {
  std::string_view group;
  std::string_view kind;
  std::span<const std::string_view> free;  // members of spec
  const char* why;
};

constexpr std::array kRows = {
    Row{"", "Pod", kOfPods,
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"},
    Row{"apps", "StatefulSet", kOfStatefulSets,
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"},
    Row{"", "PersistentVolumeClaim", kOfClaims,
        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"},
};

/// Images may change.
void drop_images(doc::Object& spec) {
  for (const char* list : {"containers", "initContainers"}) {
    Value* containers = spec.find(list);
    if (!containers || !containers->is_array()) continue;
    for (Value& container : *containers->as_array()) {
      if (!container.is_object()) continue;
      container.as_object()->erase("image");
      container.as_object()->erase("imagePullPolicy");  // its default hangs on the image
    }
  }
}

Value frozen_part(const api::Object& object, const Row& row) {
  const Value* found = object.content.find("spec");
  if (!found || !found->is_object()) return {};
  doc::Object spec = *found->as_object();
  for (const std::string_view member : row.free) spec.erase(member);
  if (row.kind == "Pod") drop_images(spec);
  return Value(std::move(spec));
}

/// A Pod that runs nowhere yet may be given its node.
void keep_first_node(const api::Object& live, Value& spec) {
  if (spec.is_object() && text_at(live.content, "spec.nodeName").empty()) spec.as_object()->erase("nodeName");
}

}  // namespace

void check_frozen_spec(const api::Object& live, const api::Object& next, const api::Kind& kind,
                       std::vector<patch::Cause>& causes) {
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& r) { return r.group == kind.gvk.group && r.kind == kind.gvk.kind; });
  if (row == kRows.end()) return;
  Value before = frozen_part(live, *row), after = frozen_part(next, *row);
  keep_first_node(live, before);
  keep_first_node(live, after);
  if (before != after) causes.push_back({"FieldValueForbidden", std::string("Forbidden: ") + row->why, "spec"});
}

}  // namespace graylane::apiserver
