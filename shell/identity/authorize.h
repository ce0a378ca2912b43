// Authorization: what an identity may do. Pure functions; docs/design/api-access.md has the reasons.
//
//   viewer    get, list, watch of everything but Secrets, and only of objects, status, scale and log
//   operator  the same, and writes to namespaced objects but Secrets, quotas and those of groups that govern the API itself
//   admin     everything
//
// A role that is limited to a namespace holds for requests in that namespace, and may get the Namespace itself. Everybody may
// read versions and health, who is authenticated also discovery, and ask what they may do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/identity.h"

namespace graylane::identity {

/// One request as authorization sees it. Either of a resource, or of a path that is none.
struct Access {
  std::string verb;            // get, list, watch, create, update, patch, delete, deletecollection
  std::string group;           // "" is the core group
  std::string resource;        // plural: "deployments"; empty: `path` counts
  std::string subresource;     // "scale"; may be empty
  std::string namespace_name;  // empty: cluster-scoped, or all namespaces
  std::string name;            // may be empty
  std::string path;            // of a request that is for no resource: "/metrics"
};

bool allows(const Identity& identity, const Access& access);

/// The message of the 403 as Kubernetes has it: `pods is forbidden: User "u" cannot list resource "pods" in API group "" in the
/// namespace "n"`.
std::string forbidden_message(const Identity& identity, const Access& access);

/// As in a SelfSubjectRulesReview: the values of each member go with all of the others.
struct ResourceRule {
  std::vector<std::string> verbs;
  std::vector<std::string> groups;
  std::vector<std::string> resources;  // "pods", "pods/log"; "*" is all, "*/scale" that subresource of all
};
struct PathRule {
  std::vector<std::string> verbs;
  std::vector<std::string> paths;
};
struct Rules {
  std::vector<ResourceRule> resources;
  std::vector<PathRule> paths;
};

/// A resource that is served; subresources are of their own: "deployments/scale".
struct ServedResource {
  std::string group;
  std::string resource;
  bool namespaced = true;
};

/// What the identity may do in a namespace, of what is served; one rule for each set of verbs and group.
Rules rules_of(const Identity& identity, std::string_view namespace_name, const std::vector<ServedResource>& served);

}  // namespace graylane::identity
