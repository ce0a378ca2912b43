#include <algorithm>
#include <cctype>

#include "api/text_rules.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using patch::Cause;

namespace {

constexpr size_t kAnnotationBytesMax = size_t{256} << 10;
constexpr size_t kNameMax = 253, kLabelMax = 63;  // characters

constexpr const char* kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr const char* kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr const char* kNamePart =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr const char* kLabelValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    "an "
    "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

std::string too_long(size_t max) { return "must be no more than " + std::to_string(max) + " bytes"; }

void check_path_segment(const std::string& name, std::vector<Cause>& causes) {
  if (!api::is_path_segment(name))
    causes.push_back(invalid_value("metadata.name", go_quoted(name), "may not be '.' or '..', and may not contain '/' or '%'"));
}

void check_name(const Value& document, const Kind& kind, std::vector<Cause>& causes) {
  const std::string name = text_at(document, "metadata.name");
  if (kind.name_rule == Kind::NameRule::kPathSegment && !name.empty()) return check_path_segment(name, causes);
  const bool label = kind.name_rule != Kind::NameRule::kDnsSubdomain;
  const size_t max = label ? kLabelMax : kNameMax;
  if (name.empty()) causes.push_back(required("metadata.name", "name or generateName is required"));
  else if (name.size() > max) causes.push_back(invalid_value("metadata.name", go_quoted(name), too_long(max)));
  else if (label ? !api::is_dns_label(name) : !api::is_dns_subdomain(name))
    causes.push_back(invalid_value("metadata.name", go_quoted(name), label ? kLabel : kSubdomain));
}

/// Why a key is no qualified name; empty: it is one.
std::string key_problem(const std::string& key) {
  if (api::is_qualified_name(key)) return {};
  const size_t slash = key.find('/');
  const std::string name = slash == key.npos ? key : key.substr(slash + 1);
  const std::string prefix = slash == key.npos ? "" : key.substr(0, slash);
  if (slash != key.npos && prefix.empty()) return "prefix part must be non-empty";
  if (slash != key.npos && !api::is_dns_subdomain(prefix)) return std::string("prefix part ") + kSubdomain;
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > kLabelMax) return "name part " + too_long(kLabelMax);
  return kNamePart;
}

void check_labels(const Value* labels, std::vector<Cause>& causes) {
  if (!labels || !labels->is_object()) return;
  for (const doc::Member& member : *labels->as_object()) {
    if (std::string problem = key_problem(member.key); !problem.empty())
      causes.push_back(invalid_value("metadata.labels", go_quoted(member.key), problem));
    const std::string value = member.value.as_string() ? *member.value.as_string() : "";
    if (value.size() > kLabelMax) causes.push_back(invalid_value("metadata.labels", go_quoted(value), too_long(kLabelMax)));
    else if (!api::is_label_value(value)) causes.push_back(invalid_value("metadata.labels", go_quoted(value), kLabelValue));
  }
}

void check_annotations(const Value* annotations, std::vector<Cause>& causes) {
  if (!annotations || !annotations->is_object()) return;
  size_t bytes = 0;
  for (const doc::Member& member : *annotations->as_object()) {
    std::string key = member.key;
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (std::string problem = key_problem(key); !problem.empty())
      causes.push_back(invalid_value("metadata.annotations", go_quoted(member.key), problem));
    bytes += member.key.size() + (member.value.as_string() ? member.value.as_string()->size() : 0);
  }
  if (bytes > kAnnotationBytesMax)
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 262144 bytes", "metadata.annotations"});
}

void check_owners(const Value* owners, std::vector<Cause>& causes) {
  if (!owners || !owners->is_array()) return;
  int controllers = 0;
  for (size_t i = 0; i < owners->as_array()->size(); ++i) {
    const Value& owner = (*owners->as_array())[i];
    const std::string field = "metadata.ownerReferences[" + std::to_string(i) + "].";
    for (const char* member : {"apiVersion", "kind", "name", "uid"}) {
      const Value* value = owner.find(member);
      if (value && value->as_string() && value->as_string()->empty())
        causes.push_back(invalid_value(field + member, "\"\"", std::string(member) + " must not be empty"));
    }
    const Value* controller = owner.find("controller");
    controllers += controller && controller->as_bool() && *controller->as_bool() ? 1 : 0;
  }
  if (controllers > 1)
    causes.push_back(invalid_value("metadata.ownerReferences", "[]", "Only one reference can have Controller set to true"));
}

void check_finalizer_names(const Value* finalizers, std::vector<Cause>& causes) {
  if (!finalizers || !finalizers->is_array()) return;
  for (const Value& value : *finalizers->as_array()) {
    const std::string* name = value.as_string();
    if (!name) continue;
    const bool standard = *name == "orphan" || *name == "foregroundDeletion" || *name == "kubernetes";
    if (std::string problem = key_problem(*name); !problem.empty())
      causes.push_back(invalid_value("metadata.finalizers", go_quoted(*name), problem));
    else if (!standard && name->find('/') == name->npos)
      causes.push_back(invalid_value("metadata.finalizers", go_quoted(*name),
                                     "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

}  // namespace

std::vector<Cause> check_metadata(const Value& document, const Kind& kind) {
  std::vector<Cause> causes;
  check_name(document, kind, causes);
  check_labels(find_path(document, "metadata.labels"), causes);
  check_annotations(find_path(document, "metadata.annotations"), causes);
  check_owners(find_path(document, "metadata.ownerReferences"), causes);
  check_finalizer_names(find_path(document, "metadata.finalizers"), causes);
  return causes;
}

}  // namespace graylane::apiserver
