// The rules of CustomResourceDefinitions between fields, and what their definition leaves to be filled in.
#include <algorithm>
#include <array>
#include <set>

#include "api/check_schema_props.h"
#include "api/custom_text.h"
#include "api/fields.h"
#include "api/json_path.h"
#include "api/kinds_tables.h"
#include "api/text_rules.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

using doc::Value;

constexpr size_t kSelectableFieldsMax = 8;
constexpr size_t kWarningBytesMax = 256;

constexpr const char* kDns1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end "
    "with "
    "an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

bool is_dns_1035(std::string_view text) { return is_dns_label(text) && text.front() >= 'a'; }

std::string text_of(const Value* object, std::string_view member) {
  const Value* value = object ? object->find(member) : nullptr;
  return value && value->as_string() ? *value->as_string() : "";
}

bool is_true(const Value& object, std::string_view member) {
  const Value* value = object.find(member);
  return value && value->as_bool() && *value->as_bool();
}

class CrdChecker {
 public:
  CrdChecker(const doc::Object& crd, Objections& findings) : crd_(crd), findings_(findings) {}

  void check() {
    const Value* spec = crd_.find("spec");
    const Value* names = spec ? spec->find("names") : nullptr;
    if (!names || !names->is_object()) return;  // said already
    group(*spec);
    check_names(*names);
    own_name(*spec, *names);
    const Value* versions = spec->find("versions");
    if (versions && versions->is_array()) check_versions(*versions);
    if (is_true(*spec, "preserveUnknownFields"))
      invalid("spec.preserveUnknownFields", *spec->find("preserveUnknownFields"),
              "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
    const std::string strategy = text_of(spec->find("conversion"), "strategy");
    if (!strategy.empty() && strategy != "None" && strategy != "Webhook")
      findings_.push_back({"field-value-not-supported", "spec.conversion.strategy",
                           "Unsupported value: " + quoted_json(strategy) + R"(: supported values: "None", "Webhook")",
                           spec->at()});
  }

 private:
  void invalid(const std::string& field, const Value& value, std::string_view why) {
    findings_.push_back(
        {"field-value-invalid", field, "Invalid value: " + doc::to_json(value) + ": " + std::string(why), value.at()});
  }
  void required(const std::string& field, std::string_view why, Position at) {
    findings_.push_back({"field-value-required", field, "Required value" + (why.empty() ? "" : ": " + std::string(why)), at});
  }

  void group(const Value& spec) {
    const std::string group = text_of(&spec, "group");
    if (group.empty()) return required("spec.group", "", spec.at());
    if (!is_dns_subdomain(group)) invalid("spec.group", *spec.find("group"), "a lowercase RFC 1123 subdomain is expected");
    else if (group.find('.') == group.npos)
      invalid("spec.group", *spec.find("group"), "should be a domain with at least one dot");
  }

  void check_names(const Value& names) {
    for (const char* member : {"plural", "singular", "kind", "listKind"}) {
      const std::string name = text_of(&names, member);
      const std::string field = std::string("spec.names.") + member;
      const bool mixed = std::string_view(member).ends_with("ind");
      if (name.empty()) required(field, "", names.at());
      else if (!is_dns_1035(mixed ? lower(name) : name))
        invalid(field, *names.find(member),
                (mixed ? "may have mixed case, but should otherwise match: " : "") + std::string(kDns1035));
    }
    if (!text_of(&names, "kind").empty() && text_of(&names, "kind") == text_of(&names, "listKind"))
      invalid("spec.names.listKind", *names.find("listKind"), "kind and listKind may not be the same");
    for (const char* member : {"shortNames", "categories"}) {
      const Value* list = names.find(member);
      for (size_t i = 0; list && list->is_array() && i < list->as_array()->size(); ++i) {
        const Value& item = (*list->as_array())[i];
        if (item.as_string() && !is_dns_1035(*item.as_string()))
          invalid(std::string("spec.names.") + member + "[" + std::to_string(i) + "]", item, kDns1035);
      }
    }
  }

  void own_name(const Value& spec, const Value& names) {
    const Value* metadata = crd_.find("metadata");
    const Value* name = metadata ? metadata->find("name") : nullptr;
    if (name && text_of(metadata, "name") != text_of(&names, "plural") + "." + text_of(&spec, "group"))
      invalid("metadata.name", *name, R"(must be spec.names.plural+"."+spec.group)");
  }

  void check_versions(const Value& versions) {
    std::set<std::string> names;
    size_t stored = 0;
    bool unique = true;
    for (size_t i = 0; i < versions.as_array()->size(); ++i) {
      const Value& version = (*versions.as_array())[i];
      if (!version.is_object()) continue;
      unique = names.insert(text_of(&version, "name")).second && unique;
      if (is_true(version, "storage")) ++stored;
      check_version(version, "spec.versions[" + std::to_string(i) + "]");
    }
    const Value shown{doc::Array()};
    if (!unique) invalid("spec.versions", shown, "must contain unique version names");
    if (stored != 1) invalid("spec.versions", shown, "must have exactly one version marked as storage version");
  }

  void check_version(const Value& version, const std::string& path) {
    const Value* name = version.find("name");
    if (name && name->as_string() && !is_dns_1035(*name->as_string())) invalid(path + ".name", *name, kDns1035);
    const Value* schema = version.find("schema");
    const Value* props = schema ? schema->find("openAPIV3Schema") : nullptr;
    if (!props || !props->is_object()) required(path + ".schema.openAPIV3Schema", "", version.at());
    else check_schema_props(*props, path + ".schema.openAPIV3Schema", findings_);
    if (const Value* columns = version.find("additionalPrinterColumns")) check_columns(*columns, path);
    if (const Value* fields = version.find("selectableFields")) check_fields(*fields, path);
    if (const Value* parts = version.find("subresources")) check_subresources(*parts, path);
    check_deprecation(version, path);
  }

  void check_deprecation(const Value& version, const std::string& path) {
    const Value* warning = version.find("deprecationWarning");
    if (!warning || !warning->as_string()) return;
    const std::string field = path + ".deprecationWarning";
    if (!is_true(version, "deprecated")) invalid(field, *warning, "can only be set for deprecated versions");
    if (warning->as_string()->size() > kWarningBytesMax) invalid(field, *warning, "must be <= 256 characters long");
    if (warning->as_string()->empty()) invalid(field, *warning, "must not be an empty string");
    if (std::ranges::any_of(*warning->as_string(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }))
      invalid(field, *warning, "must only contain printable UTF-8 characters");
  }

  void check_columns(const Value& columns, const std::string& path) {
    static constexpr std::array<std::string_view, 5> kTypes = {"boolean", "date", "integer", "number", "string"};
    for (size_t i = 0; columns.is_array() && i < columns.as_array()->size(); ++i) {
      const Value& column = (*columns.as_array())[i];
      const std::string at = path + ".additionalPrinterColumns[" + std::to_string(i) + "]";
      const std::string type = text_of(&column, "type");
      if (text_of(&column, "name").empty()) required(at + ".name", "", column.at());
      if (type.empty()) required(at + ".type", "must be one of boolean,date,integer,number,string", column.at());
      else if (std::ranges::find(kTypes, type) == kTypes.end())
        invalid(at + ".type", *column.find("type"), "must be one of boolean,date,integer,number,string");
      const std::string json_path = text_of(&column, "jsonPath");
      if (json_path.empty()) required(at + ".JSONPath", "", column.at());
      else if (json_path.front() != '.')  // a path that cannot be read shows nothing
        invalid(at + ".JSONPath", *column.find("jsonPath"), "must be a simple json path starting with .");
    }
  }

  /// Members only: ".spec.mode".
  void check_simple_path(const Value& holder, const char* member, const std::string& field, const char* why,
                         std::initializer_list<std::string_view> beginnings) {
    const Value* value = holder.find(member);
    const std::string text = text_of(&holder, member);
    const bool begins = std::ranges::any_of(beginnings, [&](std::string_view begin) { return text.starts_with(begin); });
    if (!begins) invalid(field, value ? *value : Value(""), why);
    else if (text.find_first_of("[]*'\" ") != text.npos) invalid(field, *value, "must be a json path in the dot notation");
  }

  void check_subresources(const Value& parts, const std::string& path) {
    const Value* scale = parts.find("scale");
    if (!scale || !scale->is_object()) return;
    const std::string at = path + ".subresources.scale.";
    for (const char* member : {"specReplicasPath", "statusReplicasPath"}) {
      const bool of_spec = member[1] == 'p';
      if (text_of(scale, member).empty()) required(at + member, "", scale->at());
      else if (of_spec) check_simple_path(*scale, member, at + member, "should be a json path under .spec", {".spec."});
      else check_simple_path(*scale, member, at + member, "should be a json path under .status", {".status."});
    }
    if (!text_of(scale, "labelSelectorPath").empty())
      check_simple_path(*scale, "labelSelectorPath", at + "labelSelectorPath",
                        "should be a json path under either .spec or .status", {".spec.", ".status."});
  }

  void check_fields(const Value& fields, const std::string& path) {
    std::set<std::string> seen;
    for (size_t i = 0; fields.is_array() && i < fields.as_array()->size(); ++i) {
      const Value& field = (*fields.as_array())[i];
      const std::string at = path + ".selectableFields[" + std::to_string(i) + "].jsonPath";
      const std::string json_path = text_of(&field, "jsonPath");
      if (json_path.empty()) {
        required(at, "", field.at());
        continue;
      }
      if (json_path.starts_with(".metadata")) invalid(at, *field.find("jsonPath"), "must not point to fields in metadata");
      check_simple_path(field, "jsonPath", at, "is an invalid path: it must begin with '.'", {"."});
      if (!seen.insert(json_path).second)
        findings_.push_back({"field-value-duplicate", at, "Duplicate value: " + quoted_json(json_path), field.at()});
    }
    if (seen.size() > kSelectableFieldsMax)
      findings_.push_back({"field-value-too-many", path + ".selectableFields",
                           "Too many: " + std::to_string(seen.size()) + ": must have at most 8 items", fields.at()});
  }

  const doc::Object& crd_;
  Objections& findings_;
};

}  // namespace

void fill_crd(doc::Object& crd) {
  doc::Object* spec = find_object(crd, "spec");
  doc::Object* names = spec ? find_object(*spec, "names") : nullptr;
  if (!names) return;
  const Position at = crd.find("spec")->at();
  if (const std::string* found = find_text(*names, "kind"); found && !found->empty()) {
    const std::string kind = *found;  // a copy: members move when others are added
    fill_in(*names, "singular", Value(lower(kind)), at);
    fill_in(*names, "listKind", Value(kind + "List"), at);
  }
  fill_in(*spec, "conversion", Value(doc::Object()), at);
  if (doc::Object* conversion = find_object(*spec, "conversion")) fill_in(*conversion, "strategy", Value("None"), at);
}

void check_crd(const doc::Object& crd, Report& report) {
  Objections findings;
  CrdChecker(crd, findings).check();
  report.add(findings);
}

}  // namespace graylane::api
