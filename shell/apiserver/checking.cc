#include "apiserver/checking.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "api/crd.h"
#include "api/decode.h"
#include "apiserver/causes.h"
#include "apiserver/columns_text.h"
#include "apiserver/frozen.h"
#include "apiserver/go_decoding.h"
#include "apiserver/go_form.h"
#include "apiserver/rules.h"
#include "apiserver/service_fields.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using patch::Cause;

namespace {

/// Takes what is no field of metadata away, before reading takes annotations there for a slip that is worth an error.
void drop_unknown_metadata(Value& document, const Kind& kind, std::vector<std::string>& unknown) {
  Value* metadata = document.as_object()->find("metadata");
  const api::Property* property = kind.schema->find("metadata");
  if (!metadata || !metadata->is_object() || !property) return;
  doc::Object known;
  for (doc::Member& member : *metadata->as_object()) {
    if (property->schema->find(member.key)) known.append(std::move(member.key), std::move(member.value), member.key_at);
    else unknown.push_back("unknown field " + go_quoted("metadata." + member.key));
  }
  *metadata = Value(std::move(known), metadata->at());
}

std::string name_of(const Value& document) { return text_at(document, "metadata.name"); }

/// What is only a warning about manifests, since ingress-nginx and others serve it, but refused by the API.
bool is_refused(const Diagnostic& diagnostic) {
  constexpr std::array<std::string_view, 6> kRefused = {"invalid-host", "loopback-endpoint", "missing-field",
                                                        "no-path-type", "no-paths",          "no-rules"};
  if (diagnostic.severity == Severity::kError) return true;
  // An empty path that needs none has the same id, and is allowed.
  if (diagnostic.id == "bad-path") return diagnostic.message.contains("Kubernetes refuses");
  return std::ranges::find(kRefused, diagnostic.id) != kRefused.end();
}

/// What a definition with one version says of it, the original takes for what it says of all.
void name_as_shared(const Value& definition, std::string& field) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kShared = {
      {{"spec.versions[0].schema.openAPIV3Schema.", "spec.validation.openAPIV3Schema."},
       {"spec.versions[0].additionalPrinterColumns", "spec.additionalPrinterColumns"},
       {"spec.versions[0].subresources", "spec.subresources"},
       {"spec.versions[0].selectableFields", "spec.selectableFields"}}};
  if (size_at(definition, "spec.versions") != 1) return;
  for (const auto& [own, shared] : kShared) {
    if (field.starts_with(own)) field.replace(0, own.size(), shared);
  }
}

/// Whether `field` is `outer` or a part of it.
bool is_within(std::string_view field, std::string_view outer) {
  return field.starts_with(outer) && (field.size() == outer.size() || field[outer.size()] == '.' || field[outer.size()] == '[');
}

}  // namespace

ApiError unreadable(const Value& document, const Kind& kind, const std::string& problem, bool is_patch) {
  if (is_patch) return invalid({}, "", {invalid_value("patch", go_quoted(doc::to_json(document)), problem)});
  return bad_request(kind.gvk.kind + " in version " + go_quoted(kind.gvk.version) + " cannot be handled as a " + kind.gvk.kind +
                     ": " + problem);
}

Outcome<std::vector<Finding>> check_types(const Value& document, const Kind& kind, bool is_patch) {
  if (const std::string problem = find_wrong_type(document, kind); !problem.empty())
    return refuse(unreadable(document, kind, problem, is_patch));
  return find_unknown_fields(document, kind);
}

Outcome<Checked> check_object(Value document, const Kind& kind, const api::Kinds& kinds, bool with_rules) {
  const std::string name = name_of(document);
  std::vector<Cause> causes = check_metadata(document, kind);
  check_data(document, kind, causes);
  check_given(document, kind, causes);
  take_go_form(document, kind);
  const size_t before_rules = causes.size();
  if (with_rules) check_rules(document, kind, causes);
  const std::span<const Cause> told(causes.data() + before_rules, causes.size() - before_rules);
  std::vector<Cause> others;
  std::vector<std::string> unknown;
  drop_unknown_metadata(document, kind, unknown);
  api::Decoded decoded = api::decode(document, nullptr, {.kinds = &kinds});  // a copy: what is wrong is shown as it was given
  for (const Diagnostic& diagnostic : decoded.diagnostics) {
    if (diagnostic.id == "unknown-field") unknown.push_back("unknown field " + go_quoted(diagnostic.field));
    if (!is_refused(diagnostic)) continue;
    if (diagnostic.field == "spec.resources[requests.storage]") continue;        // said already, as a part of spec.resources
    if (!causes.empty() && diagnostic.field.starts_with("metadata.")) continue;  // said already, in Kubernetes' words
    Cause cause = cause_of(diagnostic, document);
    if (api::is_crd(kind.gvk)) name_as_shared(document, cause.field);
    if (std::ranges::none_of(told,
                             [&](const Cause& t) { return is_within(t.field, cause.field) || is_within(cause.field, t.field); }))
      others.push_back(std::move(cause));
  }
  std::ranges::move(others, std::back_inserter(causes));
  if (!causes.empty()) return refuse(invalid(kind, name, std::move(causes)));
  if (!decoded.object) return refuse(internal_error("the object cannot be read"));
  print_as_go(decoded.object->content, kind);
  return Checked{*std::move(decoded.object), kind.custom ? std::move(unknown) : std::vector<std::string>()};
}

namespace {

struct Immutable {
  std::string_view kind;
  const char* path;
};

constexpr std::array kImmutable = {
    Immutable{"Deployment", "spec.selector"},
    Immutable{"ReplicaSet", "spec.selector"},
    Immutable{"StatefulSet", "spec.selector"},
    Immutable{"DaemonSet", "spec.selector"},
    Immutable{"Job", "spec.selector"},
    Immutable{"Job", "spec.template"},
    Immutable{"Job", "spec.completions"},
    Immutable{"Job", "spec.completionMode"},
    Immutable{"PriorityClass", "value"},
    Immutable{"PriorityClass", "preemptionPolicy"},
    Immutable{"RoleBinding", "roleRef"},
    Immutable{"ClusterRoleBinding", "roleRef"},
    Immutable{"StorageClass", "provisioner"},
    Immutable{"StorageClass", "parameters"},
    Immutable{"StorageClass", "reclaimPolicy"},
    Immutable{"StorageClass", "volumeBindingMode"},
    Immutable{"EndpointSlice", "addressType"},
    Immutable{"ControllerRevision", "data"},
    Immutable{"Secret", "type"},
    Immutable{"CustomResourceDefinition", "spec.group"},
    Immutable{"CustomResourceDefinition", "spec.scope"},
    Immutable{"CustomResourceDefinition", "spec.names.plural"},
    Immutable{"CustomResourceDefinition", "spec.names.kind"},
};

bool same(const Value* a, const Value* b) { return a && b ? *a == *b : a == b; }

void check_frozen(const api::Object& live, const api::Object& next, std::vector<Cause>& causes) {
  const Value* frozen = live.find("immutable");
  if (!frozen || !frozen->as_bool() || !*frozen->as_bool()) return;
  for (const char* member : {"data", "binaryData", "immutable"}) {
    if (!same(live.find(member), next.find(member)))
      causes.push_back({"FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", member});
  }
}

void check_finalizers(const api::Object& live, const api::Object& next, std::vector<Cause>& causes) {
  if (text_at(live.content, "metadata.deletionTimestamp").empty()) return;
  const Value* before = find_path(live.content, "metadata.finalizers");
  const Value* after = find_path(next.content, "metadata.finalizers");
  if (!after || !after->is_array()) return;
  std::string added;
  for (const Value& finalizer : *after->as_array()) {
    const bool known =
        before && before->is_array() && std::ranges::find(*before->as_array(), finalizer) != before->as_array()->end();
    if (!known) added += (added.empty() ? "" : ", ") + doc::to_json(finalizer);
  }
  if (added.empty()) return;
  causes.push_back(
      {"FieldValueForbidden",
       "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{" + added + "}",
       "metadata.finalizers"});
}

/// A version in which objects may be stored cannot leave its definition.
void check_stored_versions(const api::Object& live, const api::Object& next, std::vector<Cause>& causes) {
  const Value* stored = find_path(live.content, "status.storedVersions");
  const Value* versions = find_path(next.content, "spec.versions");
  if (!stored || !stored->is_array() || !versions || !versions->is_array()) return;
  for (size_t i = 0; i < stored->as_array()->size(); ++i) {
    const Value& name = (*stored->as_array())[i];
    const auto is_it = [&](const Value& version) { return version.find("name") && *version.find("name") == name; };
    if (!name.as_string() || std::ranges::any_of(*versions->as_array(), is_it)) continue;
    const std::string& text = *name.as_string();
    causes.push_back(invalid_value("status.storedVersions[" + std::to_string(i) + "]", go_quoted(text),
                                   "missing from spec.versions; " + text +
                                       " was previously a storage version, and must remain in spec.versions until a storage "
                                       "migration ensures no data remains persisted in " +
                                       text + " and removes " + text + " from status.storedVersions"));
  }
}

}  // namespace

Outcome<void> check_change(const api::Object& live, const api::Object& next, const Kind& kind) {
  std::vector<Cause> causes;
  for (const Immutable& row : kImmutable) {
    const Value* before = find_path(live.content, row.path);
    const Value* after = find_path(next.content, row.path);
    if (row.kind == kind.gvk.kind && !kind.custom && !same(before, after))
      causes.push_back(invalid_value(row.path, after ? doc::to_json(*after) : "null", "field is immutable"));
  }
  check_frozen(live, next, causes);
  check_finalizers(live, next, causes);
  check_frozen_spec(live, next, kind, causes);
  if (is_service(kind)) check_allocated(live, next, causes);
  if (api::is_crd(kind.gvk)) check_stored_versions(live, next, causes);
  if (causes.empty()) return {};
  return refuse(invalid(kind, next.key.name, std::move(causes)));
}

}  // namespace graylane::apiserver
