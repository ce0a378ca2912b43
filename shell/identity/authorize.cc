#include "identity/authorize.h"

#include <algorithm>
#include <array>

#include "doc/quote.h"

namespace graylane::identity {

namespace {

constexpr std::array<std::string_view, 3> kReadVerbs = {"get", "list", "watch"};
constexpr std::array<std::string_view, 5> kWriteVerbs = {"create", "update", "patch", "delete", "deletecollection"};
constexpr std::array<std::string_view, 4> kReadSubresources = {"", "status", "scale", "log"};
constexpr std::array<std::string_view, 3> kProcessSubresources = {"exec", "attach", "portforward"};  // begun by GET

// What an operator writes: of the core group, of Kubernetes' other groups, and of every group that is not Kubernetes' own.
constexpr std::array<std::string_view, 9> kOperatorCore = {
    "configmaps",      "endpoints", "events", "persistentvolumeclaims", "pods", "podtemplates", "replicationcontrollers",
    "serviceaccounts", "services"};
constexpr std::array<std::string_view, 10> kOperatorGroups = {"apps",
                                                              "autoscaling",
                                                              "batch",
                                                              "coordination.k8s.io",
                                                              "discovery.k8s.io",
                                                              "events.k8s.io",
                                                              "extensions",
                                                              "gateway.networking.k8s.io",
                                                              "networking.k8s.io",
                                                              "policy"};

// Without a slash at the end: the path itself; with one: all below it too.
constexpr std::array<std::string_view, 8> kOpenPaths = {"/version", "/version/", "/healthz", "/healthz/",
                                                        "/livez",   "/livez/",   "/readyz",  "/readyz/"};
constexpr std::array<std::string_view, 6> kDiscoveryPaths = {"/api", "/api/", "/apis", "/apis/", "/openapi", "/openapi/"};

bool among(const auto& texts, std::string_view text) { return std::ranges::find(texts, text) != texts.end(); }

bool covers(const auto& paths, std::string_view path) {
  return std::ranges::any_of(paths,
                             [&](std::string_view one) { return one.ends_with('/') ? path.starts_with(one) : path == one; });
}

bool is_core(const Access& access, std::string_view resource) { return access.group.empty() && access.resource == resource; }
bool reads(const Access& access) { return among(kReadVerbs, access.verb); }

// ---- the three roles ----

bool viewer_may(const Access& access) {
  return reads(access) && !is_core(access, "secrets") && among(kReadSubresources, access.subresource);
}

bool is_operators_group(std::string_view group) {
  if (among(kOperatorGroups, group)) return true;
  return group.find('.') != group.npos && !group.ends_with(".k8s.io");
}

bool is_operators(const Access& access) {
  if (access.namespace_name.empty()) return false;  // cluster-scoped
  if (!access.group.empty()) return is_operators_group(access.group);
  return among(kOperatorCore, access.resource) && access.subresource != "token";  // which would be an identity
}

bool operator_may(const Access& access) {
  if (viewer_may(access)) return true;
  const bool reaches_process = access.verb == "get" && among(kProcessSubresources, access.subresource);
  return (among(kWriteVerbs, access.verb) || reaches_process) && is_operators(access);
}

bool role_may(Role role, const Access& access) {
  switch (role) {
    case Role::kNone: return false;
    case Role::kViewer: return viewer_may(access);
    case Role::kOperator: return operator_may(access);
    case Role::kAdmin: return true;
  }
  return false;
}

// ---- what does not hang on the role ----

bool is_self_review(const Access& access) {
  if (access.verb != "create") return false;
  if (access.group == "authentication.k8s.io") return access.resource == "selfsubjectreviews";
  return access.group == "authorization.k8s.io" &&
         (access.resource == "selfsubjectaccessreviews" || access.resource == "selfsubjectrulesreviews");
}

bool path_allowed(const Identity& identity, const Access& access) {
  if (identity.role == Role::kAdmin && identity.only_namespace.empty()) return true;
  if (access.verb != "get") return false;
  return covers(kOpenPaths, access.path) || (identity.authenticated() && covers(kDiscoveryPaths, access.path));
}

bool within_namespace(const Identity& identity, const Access& access) {
  if (identity.only_namespace.empty()) return true;
  if (is_core(access, "namespaces")) return access.verb == "get" && access.name == identity.only_namespace;
  return access.namespace_name == identity.only_namespace;
}

// ---- texts ----

std::string quoted(std::string_view text) {
  std::string out;
  doc::append_quoted(out, text);
  return out;
}

}  // namespace

bool allows(const Identity& identity, const Access& access) {
  if (access.resource.empty()) return path_allowed(identity, access);
  if (identity.authenticated() && is_self_review(access)) return true;
  return within_namespace(identity, access) && role_may(identity.role, access);
}

std::string forbidden_message(const Identity& identity, const Access& access) {
  const std::string who = "User " + quoted(identity.user) + " cannot " + access.verb;
  if (access.resource.empty()) return "forbidden: " + who + " path " + quoted(access.path);
  const std::string resource = access.resource + (access.subresource.empty() ? "" : "/" + access.subresource);
  const std::string where =
      access.namespace_name.empty() ? "at the cluster scope" : "in the namespace " + quoted(access.namespace_name);
  return access.resource + (access.group.empty() ? "" : "." + access.group) +
         (access.name.empty() ? "" : " " + quoted(access.name)) + " is forbidden: " + who + " resource " + quoted(resource) +
         " in API group " + quoted(access.group) + " " + where +
         (within_namespace(identity, access) ? ""
                                             : ": this token is limited to the namespace " + quoted(identity.only_namespace));
}

// ---- rules, for reviews: what allows() says of everything that is served ----

namespace {

std::vector<std::string> verbs_allowed(const Identity& identity, Access access) {
  std::vector<std::string> verbs;
  const auto ask = [&](std::string_view verb) {
    access.verb = verb;
    if (allows(identity, access)) verbs.push_back(access.verb);
  };
  std::ranges::for_each(kReadVerbs, ask);
  std::ranges::for_each(kWriteVerbs, ask);
  return verbs;
}

void add_rule(std::vector<ResourceRule>& rules, const ServedResource& served, std::vector<std::string> verbs) {
  const auto same = std::ranges::find_if(
      rules, [&](const ResourceRule& rule) { return rule.groups.front() == served.group && rule.verbs == verbs; });
  if (same != rules.end()) same->resources.push_back(served.resource);
  else rules.push_back({.verbs = std::move(verbs), .groups = {served.group}, .resources = {served.resource}});
}

std::vector<ResourceRule> resource_rules(const Identity& identity, std::string_view namespace_name,
                                         const std::vector<ServedResource>& served) {
  if (identity.role == Role::kAdmin && identity.only_namespace.empty()) return {{{"*"}, {"*"}, {"*"}}};
  std::vector<ResourceRule> rules;
  for (const ServedResource& one : served) {
    const size_t slash = std::min(one.resource.find('/'), one.resource.size());
    Access access;
    access.group = one.group;
    access.resource = one.resource.substr(0, slash);
    access.subresource = one.resource.substr(std::min(slash + 1, one.resource.size()));
    if (one.namespaced) access.namespace_name = namespace_name;
    if (auto verbs = verbs_allowed(identity, std::move(access)); !verbs.empty()) add_rule(rules, one, std::move(verbs));
  }
  return rules;
}

/// "/api/" means all below: "/api/*".
std::vector<std::string> as_patterns(const auto& paths) {
  std::vector<std::string> patterns;
  for (const std::string_view path : paths) patterns.push_back(std::string(path) + (path.ends_with('/') ? "*" : ""));
  return patterns;
}

}  // namespace

Rules rules_of(const Identity& identity, std::string_view namespace_name, const std::vector<ServedResource>& served) {
  Rules rules{.resources = resource_rules(identity, namespace_name, served), .paths = {{{"get"}, as_patterns(kOpenPaths)}}};
  if (identity.authenticated()) rules.paths.push_back({{"get"}, as_patterns(kDiscoveryPaths)});
  if (identity.role == Role::kAdmin && identity.only_namespace.empty()) rules.paths = {{{"*"}, {"*"}}};
  return rules;
}

}  // namespace graylane::identity
