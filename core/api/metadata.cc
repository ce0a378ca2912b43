#include "api/metadata.h"

#include "api/text_rules.h"

namespace graylane::api {
namespace {

const std::string* text_of(const doc::Value& object, std::string_view member) {
  const doc::Value* value = object.find(member);
  const std::string* text = value ? value->as_string() : nullptr;
  return text && !text->empty() ? text : nullptr;
}

/// What is wrong with a name; null when nothing is.
const char* name_problem(std::string_view name, Kind::NameRule rule) {
  switch (rule) {
    case Kind::NameRule::kDnsSubdomain:
      return is_dns_subdomain(name)
                 ? nullptr
                 : "must be lower-case letters, digits, '-' and '.', with a letter or digit at both ends, at most 253 (DNS-1123)";
    case Kind::NameRule::kDnsLabel:
    case Kind::NameRule::kService:
      return is_dns_label(name)
                 ? nullptr
                 : "must be lower-case letters, digits and '-', with a letter or digit at both ends, at most 63 (DNS-1123)";
    case Kind::NameRule::kPathSegment:
      return is_path_segment(name) ? nullptr : "must not be '.' or '..' and must not contain '/' or '%'";
  }
  return nullptr;
}

void check_name(const doc::Value& metadata, const Kind* kind, const Path& path, Report& report) {
  const doc::Value* value = metadata.find("name");
  if (value && !value->is_null() && !value->is_string()) return;  // its type is reported elsewhere
  const std::string* name = text_of(metadata, "name");
  if (!name) {
    bool generated = metadata.find("generateName");
    report.error("missing-field", path, metadata.at(), "is required and missing",
                 generated ? "write a name; generateName works with kubectl create only" : "add name under metadata");
    return;
  }
  Kind::NameRule rule = kind ? kind->name_rule : Kind::NameRule::kDnsSubdomain;
  // Kinds that are not known here may have rules of their own, and some allow more (roles: "system:node").
  if (const char* problem = kind ? name_problem(*name, rule) : nullptr)
    report.error("invalid-name", path, value->at(), std::string(problem) + ", not " + quoted(*name));
  else if (rule == Kind::NameRule::kService && name->front() >= '0' && name->front() <= '9')
    report.warning("invalid-name", path, value->at(),
                   "begins with a digit, which many versions of Kubernetes refuse for a Service");
}

void check_namespace(doc::Value& metadata, const Kind* kind, const Path& path, Report& report) {
  const doc::Value* value = metadata.find("namespace");
  const std::string* ns = text_of(metadata, "namespace");
  if (ns && kind && !kind->namespaced) {
    report.warning("namespace-ignored", path, value->at(), "has no effect: " + kind->gvk.kind + " is not in a namespace",
                   "remove it");
    metadata.as_object()->erase("namespace");
  } else if (ns && !is_dns_label(*ns)) {
    report.error("invalid-name", path, value->at(),
                 std::string(name_problem(*ns, Kind::NameRule::kDnsLabel)) + ", not " + quoted(*ns));
  } else if (!ns && kind && kind->namespaced && (!value || value->is_null() || value->is_string())) {
    metadata.as_object()->set("namespace", doc::Value("default", metadata.at()), metadata.at());
  }
}

}  // namespace

std::optional<ObjectKey> read_key(const doc::Value& metadata, const GroupVersionKind& gvk, const Kind* kind) {
  const std::string* name = text_of(metadata, "name");
  if (!name) return std::nullopt;
  const std::string* ns = text_of(metadata, "namespace");
  ObjectKey key{kind ? kind->storage_group : gvk.group, gvk.kind, ns ? *ns : "", *name};
  if (kind && !kind->namespaced) key.ns.clear();
  else if (kind && key.ns.empty()) key.ns = "default";
  return key;
}

void check_identity(doc::Value& metadata, const Kind* kind, Report& report) {
  if (!metadata.is_object()) return;
  Path path(nullptr, "metadata");
  check_name(metadata, kind, Path(&path, "name"), report);
  check_namespace(metadata, kind, Path(&path, "namespace"), report);
}

const Schema& metadata_schema() { return *builtin_kinds().find("v1", "ConfigMap")->schema->find("metadata")->schema; }

}  // namespace graylane::api
