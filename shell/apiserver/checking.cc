#include "apiserver/checking.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "api/crd.h"
#include "api/decode.h"
#include "apiserver/causes.h"
#include "apiserver/columns_text.h"
#include "apiserver/go_decoding.h"
#include "apiserver/go_form.h"
#include "apiserver/rules.h"
#include "apiserver/rules_change.h"
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

/// What the rules say of another field.
bool is_said_otherwise(const Diagnostic& diagnostic, const std::string& kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFields = {
      {{"PersistentVolumeClaim", "spec.resources[requests.storage]"},
       {"Service", "spec.clusterIP"},
       {"DaemonSet", "spec.selector"}}};
  return std::ranges::find(kFields, std::pair<std::string_view, std::string_view>(kind, diagnostic.field)) != kFields.end() ||
         (kind == "ResourceQuota" && diagnostic.field.starts_with("spec.scopeSelector.matchExpressions[")) ||
         diagnostic.id == "selector-mismatch" || diagnostic.message.contains("must be an address of the slice's addressType") ||
         diagnostic.message.contains("is the name of an init container of this Pod");
}

/// Whether `field` is `outer` or a part of it.
bool is_within(std::string_view field, std::string_view outer) {
  return field.starts_with(outer) && (field.size() == outer.size() || field[outer.size()] == '.' || field[outer.size()] == '[');
}

void check_finalizers(const Value& live, const Value& next, std::vector<Cause>& causes) {
  if (text_at(live, "metadata.deletionTimestamp").empty()) return;
  std::set<std::string_view> before;
  for (const Value& finalizer : items_at(live, "metadata.finalizers")) {
    if (finalizer.is_string()) before.insert(*finalizer.as_string());
  }
  std::string added;
  for (const Value& finalizer : items_at(next, "metadata.finalizers")) {
    const std::string* name = finalizer.as_string();
    if (name && !before.contains(*name)) added += (added.empty() ? "" : ", ") + go_quoted(*name);
  }
  if (added.empty()) return;
  causes.push_back(
      {"FieldValueForbidden",
       "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{" + added + "}",
       "metadata.finalizers"});
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

namespace {

/// What is wrong with a document, and what it came to.
struct Findings {
  std::vector<Cause> causes;
  std::vector<std::string> unknown;
  std::optional<api::Object> object;
  std::vector<Cause> hidden = {};  // of what the rules should have said
};

struct Checks {
  const Kind& kind;
  const api::Kinds& kinds;
  bool with_rules;
};

/// Adds what the reading of manifests finds and `findings` do not tell yet.
void read(const Value& document, const Checks& checks, size_t before_rules, Findings& findings) {
  std::vector<Cause>& causes = findings.causes;
  const std::span<const Cause> told(causes.data() + before_rules, causes.size() - before_rules);
  std::vector<Cause> others;
  api::Decoded decoded = api::decode(document, nullptr, {.kinds = &checks.kinds});  // a copy: what is wrong is shown as given
  for (const Diagnostic& diagnostic : decoded.diagnostics) {
    if (diagnostic.id == "unknown-field") findings.unknown.push_back("unknown field " + go_quoted(diagnostic.field));
    if (!is_refused(diagnostic)) continue;
    if (!causes.empty() && diagnostic.field.starts_with("metadata.")) continue;  // said already, in Kubernetes' words
    Cause cause = cause_of(diagnostic, document);
    if (api::is_crd(checks.kind.gvk)) name_as_shared(document, cause.field);
    if (checks.with_rules && is_said_otherwise(diagnostic, checks.kind.gvk.kind)) findings.hidden.push_back(std::move(cause));
    else if (std::ranges::none_of(
                 told, [&](const Cause& t) { return is_within(t.field, cause.field) || is_within(cause.field, t.field); }))
      others.push_back(std::move(cause));
  }
  std::ranges::move(others, std::back_inserter(causes));
  findings.object = std::move(decoded.object);
}

Findings find_all(Value document, const Checks& checks, const Value* live) {
  Findings findings{check_metadata(document, checks.kind), {}, {}, {}};
  check_data(document, checks.kind, findings.causes);
  check_given(document, checks.kind, findings.causes);
  take_go_form(document, checks.kind);
  const size_t before_rules = findings.causes.size();
  if (checks.with_rules) check_rules(document, live, checks.kind, findings.causes);
  drop_unknown_metadata(document, checks.kind, findings.unknown);
  read(document, checks, before_rules, findings);
  return findings;
}

/// What was let in once, by other rules, may stay.
void forgive_old(const Value& live, const Checks& checks, std::vector<Cause>& causes) {
  std::set<std::pair<std::string, std::string>> old;
  for (Cause& cause : find_all(live, checks, &live).causes) old.emplace(std::move(cause.field), std::move(cause.message));
  std::erase_if(causes, [&](const Cause& cause) { return old.contains({cause.field, cause.message}); });
}

/// Of some kinds that is what the original says first.
void check_changes(const Value& live, const Value& given, const Kind& kind, Findings& findings) {
  constexpr std::array<std::string_view, 7> kFirst = {"ConfigMap", "DaemonSet",    "IngressClass", "PriorityClass",
                                                      "Secret",    "StorageClass", "Service"};
  std::vector<Cause> causes;
  if (findings.object) check_change_rules(live, findings.object->content, kind, causes);
  else check_plain_changes(live, given, kind, causes);
  const bool first = std::ranges::find(kFirst, kind.gvk.kind) != kFirst.end();
  findings.causes.insert(first ? findings.causes.begin() : findings.causes.end(), std::make_move_iterator(causes.begin()),
                         std::make_move_iterator(causes.end()));
}

}  // namespace

Outcome<Checked> check_object(const Value& document, const Kind& kind, const api::Kinds& kinds, bool with_rules,
                              const Value* live) {
  const Checks checks{kind, kinds, with_rules};
  Findings findings = find_all(document, checks, live);
  if (live && !findings.causes.empty()) forgive_old(*live, checks, findings.causes);
  if (findings.object) print_as_go(findings.object->content, kind);
  if (live) check_changes(*live, document, kind, findings);
  if (live) check_finalizers(*live, document, findings.causes);
  if (findings.causes.empty() && !findings.object) findings.causes = std::move(findings.hidden);
  if (!findings.causes.empty()) return refuse(invalid(kind, name_of(document), std::move(findings.causes)));
  if (!findings.object) return refuse(internal_error("the object cannot be read"));
  return Checked{*std::move(findings.object), kind.custom ? std::move(findings.unknown) : std::vector<std::string>()};
}

}  // namespace graylane::apiserver
