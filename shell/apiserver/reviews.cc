#include "apiserver/reviews.h"

#include "api/build.h"
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

Value texts(const std::vector<std::string>& words) {
  doc::Array items;
  for (const std::string& word : words) items.emplace_back(word);
  return Value(std::move(items));
}

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
std::string in_particular(std::string word) { return word == "*" ? "any" : word; }

Outcome<identity::Access> access_of(const Value& review, const api::Kind& kind) {
  const Value* resource = find_path(review, "spec.resourceAttributes");
  const Value* path = find_path(review, "spec.nonResourceAttributes");
  if ((resource != nullptr) == (path != nullptr))
    return refuse(invalid(kind, "",
                          {invalid_value("spec.resourceAttributes", "null",
                                         "exactly one of nonResourceAttributes or resourceAttributes must be specified")}));
  identity::Access access;
  access.verb = in_particular(text_at(path ? *path : *resource, "verb"));
  if (path) {
    access.path = text_at(*path, "path");
    return access;
  }
  access.group = in_particular(text_at(*resource, "group"));
  access.resource = in_particular(text_at(*resource, "resource"));
  access.subresource = text_at(*resource, "subresource");
  access.namespace_name = text_at(*resource, "namespace");
  access.name = text_at(*resource, "name");
  return access;
}

identity::Identity subject_of(const Value& review) {
  identity::Identity subject;
  subject.user = text_at(review, "spec.user");
  subject.groups = texts_at(review, "spec.groups");
  subject.role = identity::role_of(subject.groups);
  return subject;
}

Outcome<Value> access_status(const Value& review, const api::Kind& kind, const identity::Identity& who) {
  const auto access = access_of(review, kind);
  if (!access) return refuse(access.error());
  return make_object({{"allowed", Value(identity::allows(who, *access))}});
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

Value rules_status(const Value& review, const identity::Identity& who, const api::Kinds& kinds) {
  const identity::Rules rules = identity::rules_of(who, text_at(review, "spec.namespace"), served(kinds));
  doc::Array resources, paths;
  for (const identity::ResourceRule& rule : rules.resources)
    resources.push_back(
        make_object({{"verbs", texts(rule.verbs)}, {"apiGroups", texts(rule.groups)}, {"resources", texts(rule.resources)}}));
  for (const identity::PathRule& rule : rules.paths)
    paths.push_back(make_object({{"verbs", texts(rule.verbs)}, {"nonResourceURLs", texts(rule.paths)}}));
  return make_object({{"resourceRules", Value(std::move(resources))},
                      {"nonResourceRules", Value(std::move(paths))},
                      {"incomplete", Value(false)}});
}

Outcome<Value> status_of(const WriteCall& call, const Value& review) {
  const std::string& kind = call.kind.gvk.kind;
  if (kind == "SelfSubjectAccessReview") return access_status(review, call.kind, call.identity);
  if (kind == "SelfSubjectRulesReview") return rules_status(review, call.identity, call.kinds);
  if (kind == "SelfSubjectReview")
    return make_object(
        {{"userInfo", make_object({{"username", Value(call.identity.user)}, {"groups", texts(call.identity.groups)}})}});
  return access_status(review, call.kind, subject_of(review));
}

}  // namespace

Outcome<void> review(const WriteCall& call, const std::function<void(httpd::Response)>& reply) {
  const auto form = choose_form(call.request.header("Accept"), true);
  if (!form) return refuse(form.error());
  auto body = read_object(call.request.body, call.request.header("Content-Type"), call.kind);
  if (!body) return refuse(std::move(body.error()));
  auto status = status_of(call, body->value);
  if (!status) return refuse(std::move(status.error()));
  body->value.as_object()->set("status", *std::move(status));
  reply(document_response(201, doc::to_json(body->value), *form));
  return {};
}

}  // namespace graylane::apiserver
