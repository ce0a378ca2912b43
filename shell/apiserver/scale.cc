#include "apiserver/scale.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/build.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"
#include "apiserver/ownership.h"
#include "apiserver/part_body.h"
#include "apiserver/reading.h"
#include "patch/managed_fields.h"

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

patch::Path field_path(std::string_view path) {
  patch::Path fields;
  for (size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    fields.push_back(patch::PathElement::field(path.substr(0, dot)));
    path.remove_prefix(dot + 1);
  }
  fields.push_back(patch::PathElement::field(path));
  return fields;
}

/// Whether somebody has written the replicas, of an object whose owners are known.
bool is_owned(const Value& content) {
  const auto owners = patch::decode_managed_fields(find_path(content, "metadata.managedFields"));
  if (!owners || owners->empty()) return true;
  const patch::Path replicas = field_path(ScalePaths().replicas);
  return std::ranges::any_of(*owners, [&](const patch::Owner& owner) { return owner.fields.has(replicas); });
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
    return refuse(internal_error("the spec replicas field " + go_quoted("." + paths.replicas) + " does not exist"));
  doc::Object metadata;
  for (const char* member : {"name", "namespace", "uid", "creationTimestamp"}) {
    if (const Value* value = find_path(object.content, std::string("metadata.") + member)) metadata.append(member, *value, {});
  }
  metadata.append("resourceVersion", Value(std::to_string(revision)), {});
  const int64_t replicas = number_at(object.content, paths.replicas);
  doc::Object spec, status;  // as Go prints them: without a zero here, with one there
  if (replicas != 0) spec.append("replicas", Value(replicas), {});
  status.append("replicas", Value(number_at(object.content, paths.current)), {});
  if (std::string selector = selector_at(object.content, kind, paths); !selector.empty())
    status.append("selector", Value(std::move(selector)), {});
  return make_object({{"kind", Value("Scale")},
                      {"apiVersion", Value("autoscaling/v1")},
                      {"metadata", Value(std::move(metadata))},
                      {"spec", Value(std::move(spec))},
                      {"status", Value(std::move(status))}});
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

namespace {

const api::Kind& scale_kind() {
  static const api::Kind kKind = part_kind("autoscaling", "v1", "Scale");
  return kKind;
}

/// The workload with the replicas of the Scale.
Outcome<Value> scaled(const Writer& writer, const api::Object& live, const Value& scale) {
  if (auto typed = check_types(scale, scale_kind(), false); !typed) return refuse(std::move(typed.error()));
  const std::string name = text_at(scale, "metadata.name");
  if (name.empty())
    return refuse(
        bad_request("the name of the object (" + live.key.name + " based on URL) was undeterminable: name must be provided"));
  if (name != live.key.name)
    return refuse(
        bad_request("the name of the object (" + name + ") does not match the name on the URL (" + live.key.name + ")"));
  const Value* replicas = find_path(scale, "spec.replicas");
  const int64_t wanted = replicas && replicas->is_int() ? *replicas->as_int() : 0;
  if (wanted < 0)
    return refuse(invalid(scale_kind(), live.key.name,
                          {invalid_value("spec.replicas", std::to_string(wanted), "must be greater than or equal to 0")}));
  Value next = with_revision(live);
  for (const char* member : {"resourceVersion", "uid"}) {
    if (const Value* expected = find_path(scale, std::string("metadata.") + member))
      api::object_member(*next.as_object(), "metadata").set(member, *expected);
  }
  set_path(next, paths_of(*writer.kind).replicas, Value(wanted));
  return next;
}

/// As it is shown; what has no replicas yet is given them.
Outcome<Value> shown_scale(const Writer& writer, const api::Object& live) {
  api::Object shown = live;
  const std::string replicas = paths_of(*writer.kind).replicas;
  if (writer.kind->custom && !find_path(shown.content, replicas)) set_path(shown.content, replicas, Value(int64_t{0}));
  return scale_of(shown, live.revision, *writer.kind);
}

/// Where the replicas are in the version that an owner wrote; nothing: there are none. Unknown versions have no owners here.
std::optional<patch::Path> replicas_of(const Writer& writer, const patch::Owner& owner) {
  const api::Kind* kind = writer.kinds->find(owner.api_version, writer.kind->gvk.kind);
  if (!kind || !kind->has_scale) return std::nullopt;
  return field_path(paths_of(*kind).replicas);
}

/// Updaters are told apart by their version too, which is the Scale's here.
bool is_same(const patch::Owner& a, const patch::Owner& b) {
  return a.manager == b.manager && a.applied == b.applied && a.subresource == b.subresource;
}

/// Who owns the replicas, as owners of the Scale's.
patch::Owners scale_owners(const Writer& writer, const patch::Owners& owners) {
  patch::Owners of_scale;
  for (const patch::Owner& owner : owners) {
    const auto path = replicas_of(writer, owner);
    if (!path || !owner.fields.has(*path)) continue;
    of_scale.push_back(owner);
    of_scale.back().api_version = scale_kind().gvk.api_version();
    of_scale.back().fields = {{"spec", "replicas"}};
  }
  return of_scale;
}

/// And back: who lost the Scale's replicas loses those of the workload, who is new there is new here.
patch::Owners workload_owners(const Writer& writer, patch::Owners owners, const patch::Owners& of_scale) {
  const patch::Path in_scale = field_path("spec.replicas");
  const auto has_it = [&](const patch::Owner& owner) {
    return std::ranges::any_of(of_scale,
                               [&](const patch::Owner& one) { return is_same(one, owner) && one.fields.has(in_scale); });
  };
  for (patch::Owner& owner : owners) {
    const auto path = replicas_of(writer, owner);
    if (!path || !owner.fields.has(*path) || has_it(owner)) continue;
    patch::FieldSet lost;
    lost.insert(*path);
    owner.fields = owner.fields - lost;
  }
  std::erase_if(owners, [](const patch::Owner& owner) { return owner.fields.empty(); });
  for (patch::Owner owner : of_scale) {
    const bool known = std::ranges::any_of(owners, [&](const patch::Owner& one) {
      const auto path = replicas_of(writer, one);
      return is_same(one, owner) && path && one.fields.has(*path);
    });
    if (known || !owner.fields.has(in_scale)) continue;
    owner.api_version = writer.kind->gvk.api_version();
    owner.fields = {};
    owner.fields.insert(field_path(paths_of(*writer.kind).replicas));
    owners.push_back(std::move(owner));
  }
  return owners;
}

Outcome<Plan> plan_scale_apply(const Writer& writer, const api::Object& live, const Value& config) {
  auto scale = shown_scale(writer, live);
  if (!scale) return refuse(std::move(scale.error()));
  // Owners that cannot be read are as good as none, as they are to other writes.
  const auto owners = patch::decode_managed_fields(find_path(live.content, "metadata.managedFields")).value_or(patch::Owners());
  patch::set_managed_fields(*scale, scale_owners(writer, owners));
  patch::Write write = write_of(writer);
  write.api_version = scale_kind().gvk.api_version();
  write.kind = scale_kind().gvk.kind;
  write.schema = scale_kind().schema;
  write.builtin = true;
  write.reset_fields = {};
  write.convert = nullptr;
  const auto merged = patch::apply(&*scale, config, write, writer.options.force);
  if (!merged) return refuse(from_failure(merged.error(), *writer.kind, live.key.name));
  auto next = scaled(writer, live, *merged);
  if (!next) return refuse(std::move(next.error()));
  const auto of_scale = patch::decode_managed_fields(find_path(*merged, "metadata.managedFields")).value_or(patch::Owners());
  patch::set_managed_fields(*next, workload_owners(writer, owners, of_scale));
  return plan_next(writer, live, *std::move(next), true);
}

}  // namespace

Outcome<Plan> plan_scale(const Writer& writer, const api::Object& live, const Value& scale) {
  auto next = scaled(writer, live, scale);
  if (!next) return refuse(std::move(next.error()));
  // What nobody owns is not begun to be tracked by a Scale.
  return plan_next(writer, live, *std::move(next), !writer.kind->custom && !is_owned(live.content));
}

Outcome<Plan> plan_scale_patch(const Writer& writer, const api::Object& live, const Patch& patch) {
  if (patch.type == Patch::Type::kApply) return plan_scale_apply(writer, live, patch.value);
  // A Scale has no lists: to it a strategic patch is a merge patch.
  const Patch::Type type = patch.type == Patch::Type::kJson ? Patch::Type::kJson : Patch::Type::kMerge;
  auto scale = shown_scale(writer, live);
  if (!scale) return refuse(std::move(scale.error()));
  doc::Object& spec = api::object_member(*scale->as_object(), "spec");
  if (!spec.find("replicas")) spec.set("replicas", Value(int64_t{0}));  // which a patch may replace or test
  auto next = patched(*std::move(scale), {type, patch.value}, {}, *writer.kind, live.key.name);
  if (!next) return refuse(std::move(next.error()));
  if (auto typed = check_types(*next, scale_kind(), true); !typed) return refuse(std::move(typed.error()));
  return plan_scale(writer, live, *next);
}

}  // namespace graylane::apiserver
