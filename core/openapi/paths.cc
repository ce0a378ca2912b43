#include "openapi/paths.h"

#include <span>

#include "api/build.h"

namespace graylane::openapi {

using api::make_object;
using doc::Value;

namespace {

struct Parameter {
  const char* name;
  const char* type;
};

constexpr Parameter kListParameters[] = {{"allowWatchBookmarks", "boolean"},
                                         {"continue", "string"},
                                         {"fieldSelector", "string"},
                                         {"labelSelector", "string"},
                                         {"limit", "integer"},
                                         {"resourceVersion", "string"},
                                         {"resourceVersionMatch", "string"},
                                         {"sendInitialEvents", "boolean"},
                                         {"timeoutSeconds", "integer"},
                                         {"watch", "boolean"}};
constexpr Parameter kWriteParameters[] = {{"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}};
constexpr Parameter kPatchParameters[] = {
    {"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}, {"force", "boolean"}};
constexpr Parameter kDeleteParameters[] = {
    {"dryRun", "string"}, {"gracePeriodSeconds", "integer"}, {"orphanDependents", "boolean"}, {"propagationPolicy", "string"}};

/// What a method does at some path.
struct Action {
  const char* method;
  const char* name;  // x-kubernetes-action
  const char* verb;  // of the operation's id
  std::span<const Parameter> parameters;
  bool has_body = false;
};

constexpr Action kList{"get", "list", "list", kListParameters};
constexpr Action kCreate{"post", "post", "create", kWriteParameters, true};
constexpr Action kDeleteCollection{"delete", "deletecollection", "deleteCollection", kDeleteParameters};
constexpr Action kGet{"get", "get", "read", {}};
constexpr Action kReplace{"put", "put", "replace", kWriteParameters, true};
constexpr Action kPatch{"patch", "patch", "patch", kPatchParameters, true};
constexpr Action kDelete{"delete", "delete", "delete", kDeleteParameters};

constexpr const char* kJsonTypes[] = {"application/json", "application/yaml"};
/// The last one is for built-in kinds only: kubectl sends what it finds here.
constexpr const char* kPatchTypes[] = {"application/apply-patch+yaml", "application/json-patch+json",
                                       "application/merge-patch+json", "application/strategic-merge-patch+json"};

std::span<const char* const> patch_types(const api::Kind& kind) {
  const std::span<const char* const> all = kPatchTypes;
  return kind.custom ? all.first(all.size() - 1) : all;
}

Value texts(std::span<const char* const> items) {
  doc::Array array;
  for (const char* item : items) array.emplace_back(item);
  return Value(std::move(array));
}

class Writer {
 public:
  Writer(const api::Kind& kind, Version version)
      : kind_(kind), version_(version), type_(reference_to(definition_name(kind), version)) {}

  /// `suffix` of the ids: "Status", "ForAllNamespaces".
  Value item(std::initializer_list<Action> actions, bool in_namespace, bool has_name, const std::string& suffix = {}) const;

 private:
  Value operation(const Action& action, bool in_namespace, const std::string& suffix) const;
  Value parameter(const char* name, const char* place, const char* type) const;
  Value body_type(const Action& action) const;
  Value responses(bool shows_object) const;
  Value content(std::span<const char* const> types, const Value& schema) const;

  const api::Kind& kind_;
  const Version version_;
  const Value type_;
};

Value Writer::parameter(const char* name, const char* place, const char* type) const {
  doc::Object object;
  object.set("name", Value(name));
  object.set("in", Value(place));
  if (std::string_view(place) == "path") object.set("required", Value(true));
  if (version_ == Version::kV2) object.set("type", Value(type));
  else object.set("schema", make_object({{"type", Value(type)}}));
  return Value(std::move(object));
}

Value Writer::content(std::span<const char* const> types, const Value& schema) const {
  doc::Object object;
  for (const char* type : types) object.append(type, make_object({{"schema", schema}}), {});
  return Value(std::move(object));
}

/// A patch may be anything.
Value Writer::body_type(const Action& action) const {
  return std::string_view(action.method) == "patch" ? make_object({{"type", Value("object")}}) : type_;
}

Value Writer::responses(bool shows_object) const {
  doc::Object ok;
  ok.set("description", Value("OK"));
  if (shows_object && version_ == Version::kV2) ok.set("schema", type_);
  if (shows_object && version_ == Version::kV3) ok.set("content", content(kJsonTypes, type_));
  return make_object({{"200", Value(std::move(ok))}});
}

Value Writer::operation(const Action& action, bool in_namespace, const std::string& suffix) const {
  const bool patches = std::string_view(action.method) == "patch";
  const std::span<const char* const> body_types = patches ? patch_types(kind_) : kJsonTypes;
  doc::Object object;
  object.set("operationId",
             Value(action.verb + operation_group(kind_.gvk) + (in_namespace ? "Namespaced" : "") + kind_.gvk.kind + suffix));
  doc::Array parameters;
  for (const Parameter& each : action.parameters) parameters.push_back(parameter(each.name, "query", each.type));
  if (action.has_body && version_ == Version::kV3) {
    object.set("requestBody", make_object({{"content", content(body_types, body_type(action))}, {"required", Value(true)}}));
  } else if (action.has_body) {
    object.set("consumes", texts(body_types));
    parameters.push_back(
        make_object({{"name", Value("body")}, {"in", Value("body")}, {"required", Value(true)}, {"schema", body_type(action)}}));
  }
  if (!parameters.empty()) object.set("parameters", Value(std::move(parameters)));
  if (version_ == Version::kV2) object.set("produces", texts(kJsonTypes));
  object.set("responses", responses(action.parameters.empty() || action.has_body));
  object.set("x-kubernetes-action", Value(action.name));
  object.set("x-kubernetes-group-version-kind", group_version_kind(kind_));
  return Value(std::move(object));
}

Value Writer::item(std::initializer_list<Action> actions, bool in_namespace, bool has_name, const std::string& suffix) const {
  doc::Object object;
  for (const Action& action : actions) object.set(action.method, operation(action, in_namespace, suffix));
  doc::Array parameters;
  if (has_name) parameters.push_back(parameter("name", "path", "string"));
  if (in_namespace) parameters.push_back(parameter("namespace", "path", "string"));
  if (!parameters.empty()) object.set("parameters", Value(std::move(parameters)));
  return Value(std::move(object));
}

}  // namespace

void for_each_path(const api::Kind& kind, Version version, const std::function<void(const std::string&, const Value&)>& visit) {
  const Writer writer(kind, version);
  const bool in_namespace = kind.namespaced;
  const std::string root = kind.gvk.group.empty() ? "/api/v1/" : "/apis/" + kind.gvk.api_version() + "/";
  const std::string collection = root + (in_namespace ? "namespaces/{namespace}/" : "") + kind.plural;
  if (!kind.is_stored) return visit(collection, writer.item({kCreate}, in_namespace, false));
  visit(collection, writer.item({kDeleteCollection, kList, kCreate}, in_namespace, false));
  if (in_namespace) visit(root + kind.plural, writer.item({kList}, false, false, "ForAllNamespaces"));
  visit(collection + "/{name}", writer.item({kDelete, kGet, kPatch, kReplace}, in_namespace, true));
  if (kind.has_status) visit(collection + "/{name}/status", writer.item({kGet, kPatch, kReplace}, in_namespace, true, "Status"));
}

}  // namespace graylane::openapi
