#include "apiserver/scale.h"

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {

using api::make_object;
using doc::Value;

Value scale_of(const api::Object& object, uint64_t revision) {
  doc::Object metadata;
  for (const char* member : {"name", "namespace", "uid", "creationTimestamp"}) {
    if (const Value* value = find_path(object.content, std::string("metadata.") + member)) metadata.append(member, *value, {});
  }
  metadata.append("resourceVersion", Value(std::to_string(revision)), {});
  const std::string selector = selector_text(object.content);
  return make_object({{"kind", Value("Scale")},
                      {"apiVersion", Value("autoscaling/v1")},
                      {"metadata", Value(std::move(metadata))},
                      {"spec", make_object({{"replicas", Value(number_at(object.content, "spec.replicas"))}})},
                      {"status", make_object({{"replicas", Value(number_at(object.content, "status.replicas"))},
                                              {"selector", Value(selector == "<none>" ? "" : selector)}})}});
}

Outcome<httpd::Response> get_scale(store::Store& store, const Target& target, const api::Kind& kind) {
  auto object = store.get(key_of(target, kind));
  if (!object) return refuse(from_store(object.error(), kind, target.name));
  return json_response(200, scale_of(**object, (*object)->revision));
}

Outcome<Plan> plan_scale(const Writer& writer, const api::Object& live, const Value& scale) {
  const Value* replicas = find_path(scale, "spec.replicas");
  if (replicas && !replicas->is_int()) return refuse(bad_request("Scale.spec.replicas must be an integer"));
  const int64_t wanted = replicas ? *replicas->as_int() : 0;
  if (wanted < 0) {
    api::Kind kind;
    kind.gvk = {"autoscaling", "v1", "Scale"};
    return refuse(invalid(kind, live.key.name,
                          {invalid_value("spec.replicas", std::to_string(wanted), "must be greater than or equal to 0")}));
  }
  Value next = with_revision(live);
  if (const Value* revision = find_path(scale, "metadata.resourceVersion"))
    api::object_member(*next.as_object(), "metadata").set("resourceVersion", *revision);
  api::object_member(*next.as_object(), "spec").set("replicas", Value(wanted));
  return plan_next(writer, live, std::move(next), false);
}

Outcome<Plan> plan_scale_patch(const Writer& writer, const api::Object& live, const Patch& patch) {
  if (patch.type == Patch::Type::kApply)
    return refuse(not_implemented("server-side apply of a Scale is not served; apply the object itself"));
  // A Scale has no lists: to it a strategic patch is a merge patch.
  const Patch::Type type = patch.type == Patch::Type::kJson ? Patch::Type::kJson : Patch::Type::kMerge;
  auto next = patched(scale_of(live, live.revision), {type, patch.value}, {}, *writer.kind, live.key.name);
  if (!next) return refuse(std::move(next.error()));
  return plan_scale(writer, live, *next);
}

}  // namespace graylane::apiserver
