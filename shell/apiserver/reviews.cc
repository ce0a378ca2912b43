#include "apiserver/reviews.h"

#include "api/build.h"
#include "api/text_rules.h"
#include "apiserver/body.h"
#include "apiserver/columns_text.h"
#include "apiserver/discovery.h"
#include "apiserver/reading.h"
#include "doc/print.h"
#include "identity/authorize.h"

namespace graylane::apiserver {

using api::make_object;
using doc::Value;

namespace {

std::vector<std::string> texts_at(const Value& content, std::string_view path) {
  std::vector<std::string> words;
  const Value* list = find_path(content, path);
  if (!list || !list->is_array()) return words;
  for (const Value& item : *list->as_array()) {
    if (item.as_string()) words.push_back(*item.as_string());
  }
  return words;
}

/// "*" stands for all: a role that may do everything to everything is asked for something in particular.
std::string in_particular(const std::string& word) { return word == "*" ? "any" : word; }

identity::Access access_to_path(const Value& attributes) {
  identity::Access access;
  access.verb = in_particular(text_at(attributes, "verb"));
  access.path = text_at(attributes, "path");
  return access;
}

identity::Access access_to_resource(const Value& attributes) {
  identity::Access access;
  access.verb = in_particular(text_at(attributes, "verb"));
  access.group = in_particular(text_at(attributes, "group"));
  access.resource = in_particular(text_at(attributes, "resource"));
  access.subresource = text_at(attributes, "subresource");
  access.namespace_name = text_at(attributes, "namespace");
  access.name = text_at(attributes, "name");
  return access;
}

/// What a review must say; `ns`: of the namespace that a local one is about, null for the others.
std::vector<patch::Cause> problems_of(const Value& review, bool has_subject, const std::string* ns) {
  const Value* resource = find_path(review, "spec.resourceAttributes");
  const Value* path = find_path(review, "spec.nonResourceAttributes");
  constexpr const char* kResource = "spec.resourceAttributes";
  constexpr const char* kPath = "spec.nonResourceAttributes";
  std::vector<patch::Cause> causes;
  if (resource && path)
    causes.push_back(invalid_value(kPath, doc::to_json(*path), "cannot be specified in combination with resourceAttributes"));
  if (!resource && !path)
    causes.push_back(
        invalid_value(kResource, "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
  if (has_subject && text_at(review, "spec.user").empty() && texts_at(review, "spec.groups").empty())
    causes.push_back(invalid_value("spec.user", "\"\"", "at least one of user or group must be specified"));
  if (ns && path) causes.push_back(invalid_value(kPath, doc::to_json(*path), "disallowed on this kind of request"));
  if (ns && resource && text_at(*resource, "namespace") != *ns)
    causes.push_back(invalid_value("spec.resourceAttributes.namespace", go_quoted(text_at(*resource, "namespace")),
                                   "must match metadata.namespace"));
  return causes;
}

/// The original names no kind here.
ApiError invalid_review(const WriteCall& call, std::vector<patch::Cause> causes) {
  api::Kind kind;
  kind.gvk.group = call.kind.gvk.group;
  return invalid(kind, "", std::move(causes));
}

identity::Identity subject_of(const Value& review) {
  identity::Identity subject;
  subject.user = text_at(review, "spec.user");
  subject.groups = texts_at(review, "spec.groups");
  subject.role = identity::role_of(subject.groups);
  return subject;
}

Outcome<Value> access_status(const WriteCall& call, const Value& review) {
  const bool of_self = call.kind.gvk.kind == "SelfSubjectAccessReview";
  auto causes = problems_of(review, !of_self, call.kind.namespaced ? &call.target.ns : nullptr);
  if (!causes.empty()) return refuse(invalid_review(call, std::move(causes)));
  const Value* path = find_path(review, "spec.nonResourceAttributes");
  const identity::Access access =
      path ? access_to_path(*path) : access_to_resource(*find_path(review, "spec.resourceAttributes"));
  const bool allowed = identity::allows(of_self ? call.identity : subject_of(review), access);
  return make_object({{"allowed", Value(allowed)}});
}

std::vector<identity::ServedResource> served(const api::Kinds& kinds) {
  std::vector<identity::ServedResource> all;
  for (const api::Kind& kind : kinds.all()) {
    all.push_back({kind.gvk.group, kind.plural, kind.namespaced});
    for (const std::string& part : subresource_names(kind))
      all.push_back({kind.gvk.group, kind.plural + "/" + part, kind.namespaced});
  }
  return all;
}

Outcome<Value> rules_status(const WriteCall& call, const Value& review) {
  const std::string ns = text_at(review, "spec.namespace");
  if (ns.empty()) return refuse(bad_request("no namespace on request"));
  const identity::Rules rules = identity::rules_of(call.identity, ns, served(call.kinds));
  doc::Array resources, paths;
  for (const identity::ResourceRule& rule : rules.resources)
    resources.push_back(make_object(
        {{"verbs", text_list(rule.verbs)}, {"apiGroups", text_list(rule.groups)}, {"resources", text_list(rule.resources)}}));
  for (const identity::PathRule& rule : rules.paths)
    paths.push_back(make_object({{"verbs", text_list(rule.verbs)}, {"nonResourceURLs", text_list(rule.paths)}}));
  return make_object({{"resourceRules", Value(std::move(resources))},
                      {"nonResourceRules", Value(std::move(paths))},
                      {"incomplete", Value(false)}});
}

Value user_info(const identity::Identity& who) {
  return make_object({{"username", Value(who.user)}, {"groups", text_list(who.groups)}});
}

/// Whose token it is. Tokens here are for everybody who asks: there are no audiences.
Outcome<Value> token_status(const WriteCall& call, const Value& review) {
  const std::string token = text_at(review, "spec.token");
  if (token.empty()) return refuse(bad_request("token is required for TokenReview in authentication"));
  const auto who = call.world.authenticate ? call.world.authenticate(token) : std::nullopt;
  if (!who || !texts_at(review, "spec.audiences").empty())
    return make_object({{"user", Value(doc::Object())}, {"error", Value("invalid bearer token")}});
  return make_object({{"authenticated", Value(true)}, {"user", user_info(*who)}});
}

Outcome<Value> status_of(const WriteCall& call, const Value& review) {
  const std::string& kind = call.kind.gvk.kind;
  if (kind == "SelfSubjectRulesReview") return rules_status(call, review);
  if (kind == "TokenReview") return token_status(call, review);
  if (kind == "SelfSubjectReview") return make_object({{"userInfo", user_info(call.identity)}});
  return access_status(call, review);
}

/// What an answer has of metadata: nothing of the client's, and the time of a question about oneself.
Value metadata_of(const WriteCall& call) {
  doc::Object metadata;
  if (call.kind.namespaced) metadata.append("namespace", Value(call.target.ns), {});
  if (call.kind.gvk.kind == "SelfSubjectReview")
    metadata.append("creationTimestamp", Value(api::format_time(call.world.unix_seconds())), {});
  return Value(std::move(metadata));
}

Outcome<void> check_metadata(const WriteCall& call, const Value& review) {
  const Value* metadata = review.find("metadata");
  if (!metadata || !metadata->is_object() || call.kind.gvk.group != "authorization.k8s.io") return {};
  for (const doc::Member& member : *metadata->as_object()) {
    const bool may_be = member.key == "creationTimestamp" || (member.key == "namespace" && call.kind.namespaced);
    if (!may_be) return refuse(invalid_review(call, {invalid_value("metadata", doc::to_json(*metadata), "must be empty")}));
  }
  return {};
}

}  // namespace

Outcome<void> review(const WriteCall& call, const std::function<void(httpd::Response)>& reply) {
  if (!call.target.name.empty()) return refuse(no_such_resource());
  if (call.request.method != "POST") return refuse(method_not_allowed());
  if (call.kind.namespaced && call.target.ns.empty()) return refuse(no_such_resource());
  const auto form = choose_form(call.request.header("Accept"), true);
  if (!form) return refuse(form.error());
  auto body = read_object(call.request.body, call.request.header("Content-Type"), call.kind);
  if (!body) return refuse(std::move(body.error()));
  if (auto ok = check_metadata(call, body->value); !ok) return ok;
  auto status = status_of(call, body->value);
  if (!status) return refuse(std::move(status.error()));
  body->value.as_object()->set("metadata", metadata_of(call));
  if (call.kind.gvk.kind == "SelfSubjectRulesReview") body->value.as_object()->set("spec", Value(doc::Object()));
  body->value.as_object()->set("status", *std::move(status));
  reply(document_response(201, doc::to_json(body->value), *form));
  return {};
}

}  // namespace graylane::apiserver
