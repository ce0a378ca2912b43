#include <algorithm>
#include <cctype>

#include "api/text_rules.h"
#include "apiserver/causes.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"
#include "apiserver/label_problems.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using patch::Cause;

namespace {

constexpr size_t kAnnotationBytesMax = size_t{256} << 10;
constexpr size_t kNameMax = 253, kLabelMax = 63;  // characters

void check_path_segment(const std::string& name, const char* field, std::vector<Cause>& causes) {
  const auto add = [&](const char* problem) { causes.push_back(invalid_value(field, go_quoted(name), problem)); };
  if (name == ".") add("may not be '.'");
  if (name == "..") add("may not be '..'");
  if (name.contains('/')) add("may not contain '/'");
  if (name.contains('%')) add("may not contain '%'");
}

void check_name_text(const std::string& name, const Kind& kind, const char* field, std::vector<Cause>& causes) {
  const bool is_new_event = kind.gvk.group == "events.k8s.io";  // those of the core group may have any name
  if (kind.name_rule == Kind::NameRule::kPathSegment && !is_new_event) return check_path_segment(name, field, causes);
  const bool label = kind.name_rule != Kind::NameRule::kDnsSubdomain && !is_new_event;
  const size_t max = label ? kLabelMax : kNameMax;
  const auto add = [&](const std::string& problem) { causes.push_back(invalid_value(field, go_quoted(name), problem)); };
  if (name.size() > max) add("must be no more than " + std::to_string(max) + " characters");
  else if (label ? api::is_dns_label(name) : api::is_dns_subdomain(name)) return;
  else if (label && api::is_dns_subdomain(name)) add("must not contain dots");
  else add(label ? kLabelRule : kSubdomainRule);
}

/// What names are made of may end with the '-' before the part that is added.
void check_name_base(std::string base, const Kind& kind, std::vector<Cause>& causes) {
  const std::string given = base;
  if (base.size() > 1 && base.ends_with('-')) base.back() = 'a';
  std::vector<Cause> found;
  check_name_text(base, kind, "metadata.generateName", found);
  const size_t at = found.empty() ? 0 : found.front().message.find(go_quoted(base));
  if (!found.empty()) found.front().message.replace(at, go_quoted(base).size(), go_quoted(given));
  std::ranges::move(found, std::back_inserter(causes));
}

void check_name(const Value& document, const Kind& kind, std::vector<Cause>& causes) {
  const std::string name = text_at(document, "metadata.name"), base = text_at(document, "metadata.generateName");
  if (!base.empty()) check_name_base(base, kind, causes);
  if (name.empty()) causes.push_back(required("metadata.name", "name or generateName is required"));
  else check_name_text(name, kind, "metadata.name", causes);
}

/// Of one text there may be two problems, told apart by "; ".
void add_problems(const char* field, const std::string& text, std::string_view problems, std::vector<Cause>& causes) {
  while (!problems.empty()) {
    const size_t end = std::min(problems.find("; "), problems.size());
    causes.push_back(invalid_value(field, go_quoted(text), problems.substr(0, end)));
    problems.remove_prefix(std::min(end + 2, problems.size()));
  }
}

void check_labels(const Value* labels, std::vector<Cause>& causes) {
  if (!labels || !labels->is_object()) return;
  for (const doc::Member& member : *labels->as_object()) {
    if (causes.size() >= kCausesMax) return;
    add_problems("metadata.labels", member.key, key_problem(member.key), causes);
    const std::string value = member.value.as_string() ? *member.value.as_string() : "";
    if (std::string problem = label_value_problem(value); !problem.empty())
      causes.push_back(invalid_value("metadata.labels", go_quoted(value), problem));
  }
}

void check_annotations(const Value* annotations, std::vector<Cause>& causes) {
  if (!annotations || !annotations->is_object()) return;
  size_t bytes = 0;
  for (const doc::Member& member : *annotations->as_object()) {
    std::string key = member.key;
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (causes.size() < kCausesMax) add_problems("metadata.annotations", member.key, key_problem(key), causes);
    bytes += member.key.size() + (member.value.as_string() ? member.value.as_string()->size() : 0);
  }
  if (bytes > kAnnotationBytesMax)
    causes.push_back({"FieldValueTooLong", "Too long: may not be more than 262144 bytes", "metadata.annotations"});
}

std::string owner_name(const Value& owner) { return text_at(owner, "kind") + "/" + text_at(owner, "name"); }

/// Events belong to others, and a version has at most one slash.
void check_owner_type(const Value& owner, std::vector<Cause>& causes) {
  const std::string version = text_at(owner, "apiVersion"), kind = text_at(owner, "kind");
  if (version.empty() || std::ranges::count(version, '/') > 1)
    causes.push_back(invalid_value("metadata.ownerReferences.apiVersion", go_quoted(version), "version must not be empty"));
  if (kind == "Event" && (version == "v1" || version == "events.k8s.io/v1"))
    causes.push_back(invalid_value("metadata.ownerReferences", doc::to_json(owner),
                                   (version == "v1" ? "/v1" : version) + ", Kind=Event is disallowed from being an owner"));
}

void check_owners(const Value* owners, std::vector<Cause>& causes) {
  if (!owners || !owners->is_array()) return;
  std::vector<std::string> controllers;
  for (const Value& owner : *owners->as_array()) {
    if (causes.size() >= kCausesMax) return;
    check_owner_type(owner, causes);
    for (const char* member : {"kind", "name", "uid"}) {
      if (text_at(owner, member).empty())
        causes.push_back(invalid_value(std::string("metadata.ownerReferences.") + member, "\"\"", "must not be empty"));
    }
    const Value* controller = owner.find("controller");
    if (controller && controller->as_bool() && *controller->as_bool()) controllers.push_back(owner_name(owner));
  }
  if (controllers.size() > 1)
    causes.push_back(invalid_value("metadata.ownerReferences", doc::to_json(*owners),
                                   "Only one reference can have Controller set to true. Found \"true\" in references for " +
                                       controllers[0] + " and " + controllers[1]));
}

void check_finalizer_names(const Value* finalizers, std::vector<Cause>& causes) {
  if (!finalizers || !finalizers->is_array()) return;
  const doc::Array& all = *finalizers->as_array();
  for (size_t i = 0; i < all.size() && causes.size() < kCausesMax; ++i) {
    const std::string* name = all[i].as_string();
    if (!name) continue;
    const bool standard = *name == "orphan" || *name == "foregroundDeletion" || *name == "kubernetes";
    add_problems("metadata.finalizers", *name, key_problem(*name), causes);
    if (!standard && !name->contains('/'))
      causes.push_back(invalid_value("metadata.finalizers[" + std::to_string(i) + "]", go_quoted(*name),
                                     "name is neither a standard finalizer name nor is it fully qualified"));
  }
  const auto has = [&](const char* name) { return std::ranges::find(all, Value(name)) != all.end(); };
  if (has("orphan") && has("foregroundDeletion"))
    causes.push_back(invalid_value("metadata.finalizers", doc::to_json(*finalizers),
                                   "finalizer orphan and foregroundDeletion cannot be both set"));
}

void check_generation(const Value* generation, std::vector<Cause>& causes) {
  if (!generation || !generation->as_int() || *generation->as_int() >= 0) return;
  causes.push_back(
      invalid_value("metadata.generation", std::to_string(*generation->as_int()), "must be greater than or equal to 0"));
}

}  // namespace

std::vector<Cause> check_metadata(const Value& document, const Kind& kind) {
  std::vector<Cause> causes;
  check_name(document, kind, causes);
  check_generation(find_path(document, "metadata.generation"), causes);
  check_labels(find_path(document, "metadata.labels"), causes);
  check_annotations(find_path(document, "metadata.annotations"), causes);
  check_owners(find_path(document, "metadata.ownerReferences"), causes);
  check_finalizer_names(find_path(document, "metadata.finalizers"), causes);
  return causes;
}

}  // namespace graylane::apiserver
