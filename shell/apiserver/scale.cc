#include "apiserver/scale.h"

#include <algorithm>

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "apiserver/reading.h"

namespace graylane::apiserver {

using api::make_object;
using doc::Value;

namespace {

/// Where a kind keeps what a Scale shows.
struct ScalePaths {
  std::string replicas = "spec.replicas";
  std::string current = "status.replicas";
  std::string selector = {};  // of the selector's text; empty: spec.selector says it in parts
};

/// Of a custom resource without the leading dots.
ScalePaths paths_of(const api::Kind& kind) {
  if (!kind.custom) return {};
  const auto plain = [](const std::string& path) { return path.empty() ? path : path.substr(1); };
  return {plain(kind.custom->replicas_path), plain(kind.custom->status_replicas_path), plain(kind.custom->selector_path)};
}

std::string selector_at(const Value& content, const api::Kind& kind, const ScalePaths& paths) {
  if (kind.custom) return paths.selector.empty() ? "" : text_at(content, paths.selector);
  const std::string selector = selector_text(find_path(content, "spec.selector"));
  return selector == "<none>" ? "" : selector;
}

/// Whether somebody has written the replicas, of an object whose owners are known.
bool is_owned(const Value& content) {
  const Value* entries = find_path(content, "metadata.managedFields");
  if (!entries || !entries->is_array()) return true;
  return std::ranges::any_of(*entries->as_array(),
                             [](const Value& entry) { return find_path(entry, "fieldsV1.f:spec.f:replicas") != nullptr; });
}

/// "spec.replicas": members of members, made where they are not there.
void set_path(Value& content, std::string_view path, Value value) {
  doc::Object* object = content.as_object();
  for (size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    object = &api::object_member(*object, std::string(path.substr(0, dot)).c_str());
    path.remove_prefix(dot + 1);
  }
  object->set(std::string(path), std::move(value));
}

}  // namespace

Outcome<Value> scale_of(const api::Object& object, uint64_t revision, const api::Kind& kind) {
  const ScalePaths paths = paths_of(kind);
  if (kind.custom && !find_path(object.content, paths.replicas))
    return refuse(internal_error("Internal error occurred: the spec replicas field " + go_quoted("." + paths.replicas) +
                                 " does not exist"));
  doc::Object metadata;
  for (const char* member : {"name", "namespace", "uid", "creationTimestamp"}) {
    if (const Value* value = find_path(object.content, std::string("metadata.") + member)) metadata.append(member, *value, {});
  }
  metadata.append("resourceVersion", Value(std::to_string(revision)), {});
  return make_object({{"kind", Value("Scale")},
                      {"apiVersion", Value("autoscaling/v1")},
                      {"metadata", Value(std::move(metadata))},
                      {"spec", make_object({{"replicas", Value(number_at(object.content, paths.replicas))}})},
                      {"status", make_object({{"replicas", Value(number_at(object.content, paths.current))},
                                              {"selector", Value(selector_at(object.content, kind, paths))}})}});
}

Outcome<httpd::Response> get_scale(store::Store& store, const Target& target, const api::Kind& kind,
                                   const httpd::Request& request, int64_t now) {
  const auto form = choose_form_of(request.header("Accept"), false, "Scale");
  if (!form) return refuse(form.error());
  const auto include = parse_include_object(request);
  if (!include) return refuse(include.error());
  auto object = store.get(key_of(target, kind));
  if (!object) return refuse(from_store(object.error(), kind, target.name));
  auto scale = scale_of(**object, (*object)->revision, kind);
  if (!scale) return refuse(scale.error());
  api::Kind shown;
  shown.gvk = {"autoscaling", "v1", "Scale"};
  api::Object content;
  content.gvk = shown.gvk;
  content.content = *std::move(scale);
  const View view{shown, api::builtin_kinds(), *form, *include, now};
  return document_response(200, document(content, (*object)->revision, view), *form);
}

Outcome<Plan> plan_scale(const Writer& writer, const api::Object& live, const Value& scale) {
  if (const std::string name = text_at(scale, "metadata.name"); !name.empty() && name != live.key.name)
    return refuse(
        bad_request("the name of the object (" + name + ") does not match the name on the URL (" + live.key.name + ")"));
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
  set_path(next, paths_of(*writer.kind).replicas, Value(wanted));
  // What nobody owns is not begun to be tracked by a Scale.
  return plan_next(writer, live, std::move(next), !writer.kind->custom && !is_owned(live.content));
}

Outcome<Plan> plan_scale_patch(const Writer& writer, const api::Object& live, const Patch& patch) {
  if (patch.type == Patch::Type::kApply)
    return refuse(not_implemented("server-side apply of a Scale is not served; apply the object itself"));
  // A Scale has no lists: to it a strategic patch is a merge patch.
  const Patch::Type type = patch.type == Patch::Type::kJson ? Patch::Type::kJson : Patch::Type::kMerge;
  api::Object shown = live;  // what has no replicas yet is given them
  const std::string replicas = paths_of(*writer.kind).replicas;
  if (writer.kind->custom && !find_path(shown.content, replicas)) set_path(shown.content, replicas, Value(int64_t{0}));
  auto scale = scale_of(shown, live.revision, *writer.kind);
  if (!scale) return refuse(std::move(scale.error()));
  auto next = patched(*std::move(scale), {type, patch.value}, {}, *writer.kind, live.key.name);
  if (!next) return refuse(std::move(next.error()));
  return plan_scale(writer, live, *next);
}

}  // namespace graylane::apiserver
