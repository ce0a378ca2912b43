#include "apiserver/checking.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "api/crd.h"
#include "api/decode.h"
#include "apiserver/causes.h"
#include "apiserver/columns_text.h"
#include "apiserver/frozen.h"
#include "apiserver/service_fields.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using api::Schema;
using doc::Value;
using patch::Cause;

namespace {

std::string_view go_kind(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kObject: return "object";
    case Value::Kind::kArray: return "array";
    case Value::Kind::kString: return "string";
    case Value::Kind::kBool: return "bool";
    case Value::Kind::kNull: return "null";
    default: return "number";
  }
}

std::string_view go_type(const Schema& schema) {
  switch (schema.type) {
    case Schema::Type::kString: return "string";
    case Schema::Type::kInteger: return schema.maximum && *schema.maximum < 4e9 ? "int32" : "int64";
    case Schema::Type::kNumber: return "float64";
    case Schema::Type::kBoolean: return "bool";
    case Schema::Type::kArray: return "[]interface {}";
    default: return "map[string]interface {}";
  }
}

bool has_type(const Value& value, Schema::Type type) {
  switch (type) {
    case Schema::Type::kAny: return true;
    case Schema::Type::kObject: return value.is_object();
    case Schema::Type::kArray: return value.is_array();
    case Schema::Type::kString: return value.is_string();
    case Schema::Type::kInteger:
      return value.is_int() || (value.is_double() && std::trunc(*value.as_double()) == *value.as_double());
    case Schema::Type::kNumber: return value.is_int() || value.is_double();
    case Schema::Type::kBoolean: return value.is_bool();
    case Schema::Type::kIntOrString: return value.is_int() || value.is_string();
    case Schema::Type::kQuantity: return value.is_int() || value.is_double() || value.is_string();
  }
  return true;
}

/// `path`: "ConfigMap.data"; list indices and keys of maps are not part of it.
std::string wrong_type_in(const Value& value, const Schema& schema, const std::string& path) {
  if (value.is_null()) return {};
  if (!has_type(value, schema.type)) {
    const std::string number = value.is_double() ? " " + doc::to_json(value) : "";
    return "json: cannot unmarshal " + std::string(go_kind(value)) + number + " into Go struct field " + path + " of type " +
           std::string(go_type(schema));
  }
  std::string found;
  if (const doc::Array* items = value.as_array(); items && schema.items) {
    for (size_t i = 0; i < items->size() && found.empty(); ++i) found = wrong_type_in((*items)[i], *schema.items, path);
  }
  if (!value.is_object()) return found;
  for (const doc::Member& member : *value.as_object()) {
    const api::Property* property = schema.find(member.key);
    if (property) found = wrong_type_in(member.value, *property->schema, path + "." + member.key);
    else if (schema.additional) found = wrong_type_in(member.value, *schema.additional, path);
    if (!found.empty()) return found;
  }
  return found;
}

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

ApiError wrong_type(const Kind& kind, const std::string& problem) {
  return bad_request(kind.gvk.kind + " in version " + go_quoted(kind.gvk.version) + " cannot be handled as a " + kind.gvk.kind +
                     ": " + problem);
}

std::string wrong_type_of_metadata(const Value& document, const Kind& kind) {
  const Value* metadata = document.find("metadata");
  return metadata ? wrong_type_in(*metadata, *kind.schema->find("metadata")->schema, kind.gvk.kind + ".metadata") : "";
}

}  // namespace

std::string find_wrong_type(const Value& document, const Kind& kind) {
  // Of the rest of a custom resource that is said with the other demands of its schema.
  if (kind.custom) return wrong_type_of_metadata(document, kind);
  return wrong_type_in(document, *kind.schema, kind.gvk.kind);
}

Outcome<Checked> check_object(Value document, const Kind& kind, const api::Kinds& kinds) {
  if (const std::string problem = find_wrong_type(document, kind); !problem.empty()) return refuse(wrong_type(kind, problem));
  const std::string name = name_of(document);
  std::vector<Cause> causes = check_metadata(document, kind);
  check_data(document, kind, causes);
  check_given(document, kind, causes);
  std::vector<std::string> unknown;
  drop_unknown_metadata(document, kind, unknown);
  api::Decoded decoded = api::decode(document, nullptr, {.kinds = &kinds});  // a copy: what is wrong is shown as it was given
  for (const Diagnostic& diagnostic : decoded.diagnostics) {
    if (diagnostic.id == "unknown-field") unknown.push_back("unknown field " + go_quoted(diagnostic.field));
    if (!is_refused(diagnostic)) continue;
    if (!causes.empty() && diagnostic.field.starts_with("metadata.")) continue;  // said already, in Kubernetes' words
    causes.push_back(cause_of(diagnostic, document));
  }
  if (!causes.empty()) return refuse(invalid(kind, name, std::move(causes)));
  if (!decoded.object) return refuse(internal_error("the object cannot be read"));
  return Checked{*std::move(decoded.object), std::move(unknown)};
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
  for (const Value& finalizer : *after->as_array()) {
    const bool known =
        before && before->is_array() && std::ranges::find(*before->as_array(), finalizer) != before->as_array()->end();
    if (!known)
      causes.push_back({"FieldValueForbidden",
                        "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers " +
                            doc::to_json(*after),
                        "metadata.finalizers"});
  }
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
