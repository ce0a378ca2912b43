#include "api/crd.h"

#include <algorithm>
#include <array>
#include <set>

#include "api/build.h"
#include "api/fields.h"
#include "api/openapi_schema.h"

namespace graylane::api {

using doc::Value;

namespace {

std::string text_of(const Value* object, std::string_view member) {
  const Value* value = object ? object->find(member) : nullptr;
  return value && value->as_string() ? *value->as_string() : "";
}

bool is_true(const Value& object, std::string_view member) {
  const Value* value = object.find(member);
  return value && value->as_bool() && *value->as_bool();
}

std::vector<std::string> texts_of(const Value& object, std::string_view member) {
  std::vector<std::string> texts;
  const Value* list = object.find(member);
  for (size_t i = 0; list && list->is_array() && i < list->as_array()->size(); ++i) {
    if (const std::string* text = (*list->as_array())[i].as_string()) texts.push_back(*text);
  }
  return texts;
}

const doc::Array& versions_of(const Value& spec) {
  static const doc::Array kNone;
  const Value* versions = spec.find("versions");
  return versions && versions->as_array() ? *versions->as_array() : kNone;
}

std::string storage_version_of(const Value& spec) {
  for (const Value& version : versions_of(spec)) {
    if (is_true(version, "storage")) return text_of(&version, "name");
  }
  return {};
}

std::vector<PrinterColumn> columns_of(const Value& version) {
  std::vector<PrinterColumn> columns;
  const Value* list = version.find("additionalPrinterColumns");
  for (size_t i = 0; list && list->is_array() && i < list->as_array()->size(); ++i) {
    const Value& column = (*list->as_array())[i];
    auto path = JsonPath::parse(text_of(&column, "jsonPath"));
    if (!path) continue;
    const Value* priority = column.find("priority");
    const int64_t number = priority && priority->as_int() ? *priority->as_int() : 0;
    columns.push_back({text_of(&column, "name"), text_of(&column, "type"), text_of(&column, "format"),
                       text_of(&column, "description"), static_cast<int32_t>(number), *std::move(path)});
  }
  if (list && list->is_array() && !list->as_array()->empty()) return columns;
  columns.push_back({"Age", "date", "", "", 0, *JsonPath::parse(".metadata.creationTimestamp")});
  return columns;
}

std::vector<std::string> selectable_fields_of(const Value& version) {
  std::vector<std::string> fields;
  const Value* list = version.find("selectableFields");
  for (size_t i = 0; list && list->is_array() && i < list->as_array()->size(); ++i) {
    const std::string path = text_of(&(*list->as_array())[i], "jsonPath");
    if (path.size() > 1) fields.push_back(path.substr(1));
  }
  return fields;
}

/// "GROUP/VERSION KIND is deprecated; use ..." when the definition has no words of its own. The newer version is a served one that
/// is not deprecated.
std::string deprecation_of(const Value& version, const Value& spec, const GroupVersionKind& gvk) {
  if (!is_true(version, "deprecated")) return {};
  if (std::string own = text_of(&version, "deprecationWarning"); !own.empty()) return own;
  std::string warning = gvk.api_version() + " " + gvk.kind + " is deprecated";
  for (const Value& other : versions_of(spec)) {
    if (is_true(other, "served") && !is_true(other, "deprecated"))
      return warning + "; use " + gvk.group + "/" + text_of(&other, "name") + " " + gvk.kind;
  }
  return warning;
}

void read_scale(const Value& version, CustomKind& custom) {
  const Value* parts = version.find("subresources");
  const Value* scale = parts ? parts->find("scale") : nullptr;
  custom.replicas_path = text_of(scale, "specReplicasPath");
  custom.status_replicas_path = text_of(scale, "statusReplicasPath");
  custom.selector_path = text_of(scale, "labelSelectorPath");
}

bool has_status(const Value& version) {
  const Value* parts = version.find("subresources");
  const Value* status = parts ? parts->find("status") : nullptr;
  return status && !status->is_null();
}

bool is_terminating(const Object& crd) {
  const Value* metadata = crd.find("metadata");
  return !text_of(metadata, "deletionTimestamp").empty();
}

/// Groups whose objects people hand over because something acts on them.
bool has_controller_elsewhere(std::string_view group) {
  constexpr std::array<std::string_view, 4> kGroups{"argoproj.io", "gateway.networking.k8s.io", "networking.istio.io",
                                                    "rollouts.kruise.io"};
  return std::find(kGroups.begin(), kGroups.end(), group) != kGroups.end();
}

/// What all versions have in common.
Kind base_kind(const Value& spec) {
  const Value& names = *spec.find("names");
  Kind kind;
  kind.gvk.group = text_of(&spec, "group");
  kind.gvk.kind = text_of(&names, "kind");
  kind.storage_group = kind.gvk.group;
  kind.plural = text_of(&names, "plural");
  kind.singular = text_of(&names, "singular");
  kind.short_names = texts_of(names, "shortNames");
  kind.categories = texts_of(names, "categories");
  kind.namespaced = text_of(&spec, "scope") == "Namespaced";
  kind.has_generation = true;
  kind.is_acted_on = !has_controller_elsewhere(kind.gvk.group);
  return kind;
}

Kind version_kind(const Kind& base, const Value& version, const Object& crd, const Schema* schema) {
  const Value& spec = *crd.find("spec");
  Kind kind = base;
  kind.gvk.version = text_of(&version, "name");
  kind.schema = schema;
  CustomKind custom;
  custom.definition = crd.key.name;
  custom.list_kind = text_of(spec.find("names"), "listKind");
  custom.columns = columns_of(version);
  custom.selectable_fields = selectable_fields_of(version);
  custom.terminating = is_terminating(crd);
  read_scale(version, custom);
  kind.is_storage = is_true(version, "storage");
  kind.deprecation = deprecation_of(version, spec, kind.gvk);
  kind.has_status = has_status(version);
  kind.has_scale = !custom.replicas_path.empty();
  kind.custom = std::make_shared<const CustomKind>(std::move(custom));
  return kind;
}

const Value* props_of(const Value& version) {
  const Value* schema = version.find("schema");
  const Value* props = schema ? schema->find("openAPIV3Schema") : nullptr;
  return props && props->is_object() ? props : nullptr;
}

}  // namespace

bool is_crd(const GroupVersionKind& gvk) { return gvk.kind == kCrdKind && gvk.group == kCrdGroup; }

Result<std::vector<Kind>> kinds_of_crd(const Object& crd) {
  const Value* spec = crd.find("spec");
  const Value* names = spec ? spec->find("names") : nullptr;
  if (!names || !names->is_object()) return fail(ErrorCode::kInvalid, crd.key.to_string() + " has no names");
  const Kind base = base_kind(*spec);
  OpenApiSchemas schemas;
  std::vector<Kind> kinds;
  for (const Value& version : versions_of(*spec)) {
    const Value* props = props_of(version);
    if (!props) return fail(ErrorCode::kInvalid, crd.key.to_string() + " has a version without a schema");
    if (is_true(version, "served")) kinds.push_back(version_kind(base, version, crd, schemas.add_root(*props)));
  }
  const SchemaSetPtr kept = schemas.finish();
  for (Kind& kind : kinds) kind.schemas = kept;
  return kinds;
}

namespace {

/// The names of a definition that its group has room for, and why not all of them; the last reason found is the one told.
struct AcceptedNames {
  doc::Object names;
  std::string reason;  // "KindConflict"; empty: all are accepted
  std::string taken;
};

class NameCheck {
 public:
  NameCheck(const Value& crd, const Kinds& kinds) : names_(*crd.find("spec")->find("names")) {
    const std::string group = text_of(crd.find("spec"), "group"), own = text_of(crd.find("metadata"), "name");
    for (const Kind& other : kinds.all()) {
      if (other.gvk.group != group || (other.custom && other.custom->definition == own)) continue;
      resources_.insert({other.plural, other.singular});
      resources_.insert(other.short_names.begin(), other.short_names.end());
      kinds_.insert({other.gvk.kind, other.custom ? other.custom->list_kind : other.gvk.kind + "List"});
    }
  }

  AcceptedNames run() {
    accept("plural", resources_, "PluralConflict");
    accept("singular", resources_, "SingularConflict");
    accept_short_names();
    accept("kind", kinds_, "KindConflict");
    accept("listKind", kinds_, "ListKindConflict");
    if (const Value* categories = names_.find("categories")) accepted_.names.set("categories", *categories);
    for (const char* member : {"plural", "kind"}) {
      if (!accepted_.names.find(member)) accepted_.names.set(member, Value(""));
    }
    return std::move(accepted_);
  }

 private:
  using Taken = std::set<std::string>;

  bool is_free(const std::string& name, const Taken& taken, const char* reason) {
    if (name.empty() || !taken.contains(name)) return true;
    accepted_.reason = reason;
    accepted_.taken = name;
    return false;
  }
  void accept(const char* member, const Taken& taken, const char* reason) {
    const Value* name = names_.find(member);
    if (name && is_free(text_of(&names_, member), taken, reason)) accepted_.names.set(member, *name);
  }
  void accept_short_names() {
    const Value* all = names_.find("shortNames");
    if (!all || !all->is_array()) return;
    const bool free = std::ranges::all_of(*all->as_array(), [&](const Value& name) {
      return !name.as_string() || is_free(*name.as_string(), resources_, "ShortNamesConflict");
    });
    if (free) accepted_.names.set("shortNames", *all);
  }

  const Value& names_;
  Taken resources_;
  Taken kinds_;
  AcceptedNames accepted_;
};

size_t count_rules(const Value& props) {
  size_t count = 0;
  if (const doc::Array* items = props.as_array()) {
    for (const Value& item : *items) count += count_rules(item);
  } else if (const doc::Object* object = props.as_object()) {
    for (const doc::Member& member : *object) {
      const bool is_rules = member.key == "x-kubernetes-validations" && member.value.is_array();
      count += is_rules ? member.value.as_array()->size() : count_rules(member.value);
    }
  }
  return count;
}

void remember_storage_version(Value& crd) {
  const std::string version = storage_version_of(*crd.find("spec"));
  doc::Object& status = object_member(*crd.as_object(), "status");
  Value* stored = status.find("storedVersions");
  if (!stored || !stored->is_array()) stored = &status.set("storedVersions", Value(doc::Array()));
  doc::Array& versions = *stored->as_array();
  if (std::ranges::find(versions, Value(version)) == versions.end()) versions.emplace_back(version);
}

/// What is kept but has no effect here.
void tell_limits(Value& crd, const std::string& time) {
  const size_t rules = count_rules(*crd.find("spec"));
  const std::string kept =
      "x-kubernetes-validations are kept and not run, so that objects which break them are accepted; rules: ";
  if (rules > 0 || has_condition(crd, "ValidationRulesNotRun"))
    set_condition(crd, "ValidationRulesNotRun", rules > 0, rules > 0 ? "CELIsNotEvaluated" : "NoRules",
                  rules > 0 ? kept + std::to_string(rules) : "there are no x-kubernetes-validations", time);
  const bool webhook = text_of(crd.find("spec")->find("conversion"), "strategy") == "Webhook";
  if (webhook || has_condition(crd, "ConversionNotRun"))
    set_condition(crd, "ConversionNotRun", webhook, webhook ? "WebhooksAreNotCalled" : "NoWebhook",
                  webhook ? "the conversion webhook is kept and not called: versions differ in apiVersion only"
                          : "no conversion is asked for",
                  time);
}

}  // namespace

bool has_condition(const Value& object, std::string_view type) {
  const Value* status = object.find("status");
  const Value* conditions = status ? status->find("conditions") : nullptr;
  if (!conditions || !conditions->is_array()) return false;
  return std::ranges::any_of(*conditions->as_array(), [&](const Value& condition) {
    return text_of(&condition, "type") == type && text_of(&condition, "status") == "True";
  });
}

void set_condition(Value& object, const std::string& type, bool is, const std::string& reason, const std::string& message,
                   const std::string& time) {
  doc::Object& status = object_member(*object.as_object(), "status");
  Value* list = status.find("conditions");
  if (!list || !list->is_array()) list = &status.set("conditions", Value(doc::Array()));
  const std::string text = is ? "True" : "False";
  Value wanted = make_object({{"lastTransitionTime", Value(time)},
                              {"message", Value(message)},
                              {"reason", Value(reason)},
                              {"status", Value(text)},
                              {"type", Value(type)}});
  for (Value& condition : *list->as_array()) {
    if (text_of(&condition, "type") != type) continue;
    const Value* since = condition.find("lastTransitionTime");
    if (since && text_of(&condition, "status") == text) wanted.as_object()->set("lastTransitionTime", *since);
    condition = std::move(wanted);
    return;
  }
  list->as_array()->push_back(std::move(wanted));
}

void establish_crd(Value& crd, const Kinds& kinds, const std::string& time) {
  AcceptedNames accepted = NameCheck(crd, kinds).run();
  const bool all = accepted.reason.empty();
  set_condition(crd, "NamesAccepted", all, all ? "NoConflicts" : accepted.reason,
                all ? "no conflicts found" : "\"" + accepted.taken + "\" is already in use", time);
  object_member(*crd.as_object(), "status").set("acceptedNames", Value(std::move(accepted.names)));
  if (all) {
    set_condition(crd, "Established", true, "InitialNamesAccepted", "the initial names have been accepted", time);
  } else if (!has_condition(crd, "Established")) {
    set_condition(crd, "Established", false, "NotAccepted", "not all names are accepted", time);
  }
  tell_limits(crd, time);
  remember_storage_version(crd);
}

}  // namespace graylane::api
