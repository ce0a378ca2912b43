#include "identity/authorize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace graylane::identity {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// "VERB GROUP/RESOURCE[/SUBRESOURCE] [NAMESPACE [NAME]]"; the core group is written "-".
Access access(const std::string& text) {
  Access access;
  const auto word = [rest = text]() mutable {
    const std::string first = rest.substr(0, rest.find(' '));
    rest.erase(0, std::min(first.size() + 1, rest.size()));
    return first;
  };
  auto next = word;
  access.verb = next();
  std::string what = next();
  access.group = what.substr(0, what.find('/'));
  what.erase(0, access.group.size() + 1);
  if (access.group == "-") access.group.clear();
  access.resource = what.substr(0, what.find('/'));
  if (access.resource.size() < what.size()) access.subresource = what.substr(access.resource.size() + 1);
  access.namespace_name = next();
  access.name = next();
  return access;
}

Access path(const std::string& verb, const std::string& text) {
  Access access;
  access.verb = verb;
  access.path = text;
  return access;
}

struct Row {
  const char* access;
  Role least;  // of the roles that may
};

TEST(Authorize, EachRoleMayWhatItIsFor) {
  // The table that people choose a role by.
  constexpr Row kRows[] = {
      {"get -/pods shop web", Role::kViewer},
      {"list -/pods", Role::kViewer},
      {"watch apps/deployments shop", Role::kViewer},
      {"get -/pods/log shop web", Role::kViewer},
      {"get apps/deployments/scale shop web", Role::kViewer},
      {"get argoproj.io/rollouts/status shop web", Role::kViewer},
      {"list apiextensions.k8s.io/customresourcedefinitions", Role::kViewer},
      {"list rbac.authorization.k8s.io/roles shop", Role::kViewer},
      {"list -/namespaces", Role::kViewer},
      {"list metrics.k8s.io/pods shop", Role::kViewer},
      {"get -/secrets shop x", Role::kAdmin},
      {"list -/secrets", Role::kAdmin},
      {"watch -/secrets shop", Role::kAdmin},
      {"create apps/deployments shop", Role::kOperator},
      {"patch apps/deployments/scale shop web", Role::kOperator},
      {"delete -/pods shop web", Role::kOperator},
      {"deletecollection -/configmaps shop", Role::kOperator},
      {"update -/services shop web", Role::kOperator},
      {"patch networking.k8s.io/ingresses shop web", Role::kOperator},
      {"create extensions/ingresses shop", Role::kOperator},
      {"patch argoproj.io/rollouts/status shop web", Role::kOperator},
      {"create rollouts.kruise.io/rollouts shop", Role::kOperator},
      {"create gateway.networking.k8s.io/httproutes shop", Role::kOperator},
      {"create example.com/widgets shop", Role::kOperator},
      {"create -/pods/eviction shop web", Role::kOperator},
      {"get -/pods/exec shop web", Role::kOperator},
      {"create -/pods/exec shop web", Role::kOperator},
      {"get -/pods/portforward shop web", Role::kOperator},
      {"create coordination.k8s.io/leases shop", Role::kOperator},
      {"create -/secrets shop", Role::kAdmin},
      {"delete -/secrets shop x", Role::kAdmin},
      {"create -/namespaces", Role::kAdmin},
      {"delete -/namespaces shop shop", Role::kAdmin},
      {"patch -/nodes", Role::kAdmin},
      {"create -/resourcequotas shop", Role::kAdmin},
      {"create -/serviceaccounts/token shop default", Role::kAdmin},
      {"create rbac.authorization.k8s.io/rolebindings shop", Role::kAdmin},
      {"create rbac.authorization.k8s.io/clusterroles", Role::kAdmin},
      {"create apiextensions.k8s.io/customresourcedefinitions", Role::kAdmin},
      {"create admissionregistration.k8s.io/validatingwebhookconfigurations", Role::kAdmin},
      {"create networking.k8s.io/ingressclasses", Role::kAdmin},
      {"create gateway.networking.k8s.io/gatewayclasses", Role::kAdmin},
      {"create argoproj.io/clusteranalysistemplates", Role::kAdmin},
      {"create authorization.k8s.io/subjectaccessreviews", Role::kAdmin},
      {"create authorization.k8s.io/localsubjectaccessreviews shop", Role::kAdmin},
      {"impersonate -/users", Role::kAdmin},
      {"create nodots/things shop", Role::kAdmin},
  };
  for (const Row& row : kRows) {
    for (const Role role : {Role::kNone, Role::kViewer, Role::kOperator, Role::kAdmin})
      EXPECT_EQ(allows(user_of_role("u", role), access(row.access)), role >= row.least) << name_of(role) << ": " << row.access;
    EXPECT_FALSE(allows(anonymous(), access(row.access))) << row.access;
  }
}

TEST(Authorize, ARoleInANamespaceEndsAtItsBorder) {
  // A team's token: nothing of others, nothing of the cluster, and it may look at its own namespace.
  const Identity admin = user_of_role("u", Role::kAdmin, "shop");
  for (const char* allowed : {"get -/secrets shop x", "create rbac.authorization.k8s.io/roles shop", "get -/namespaces shop shop",
                              "get -/namespaces  shop", "delete apps/deployments shop web"})
    EXPECT_TRUE(allows(admin, access(allowed))) << allowed;
  for (const char* refused : {"get -/pods other web", "list -/pods", "list -/namespaces", "get -/namespaces other other",
                              "delete -/namespaces shop shop", "patch -/namespaces shop shop", "create -/namespaces",
                              "create apiextensions.k8s.io/customresourcedefinitions", "list -/nodes", "watch apps/deployments"})
    EXPECT_FALSE(allows(admin, access(refused))) << refused;
  EXPECT_FALSE(allows(admin, path("get", "/metrics")));
  EXPECT_FALSE(allows(user_of_role("u", Role::kViewer, "shop"), access("get -/secrets shop x")));
}

TEST(Authorize, WhoIsKnownMayAskWhatItMay) {
  // kubectl auth can-i, and whoami, work for everybody who is somebody; a limited role too.
  for (const char* review :
       {"create authorization.k8s.io/selfsubjectaccessreviews", "create authentication.k8s.io/selfsubjectreviews",
        "create authorization.k8s.io/selfsubjectrulesreviews"}) {
    EXPECT_TRUE(allows(user_of_role("u", Role::kNone), access(review)));
    EXPECT_TRUE(allows(user_of_role("u", Role::kViewer, "shop"), access(review)));
    EXPECT_FALSE(allows(anonymous(), access(review)));
  }
}

TEST(Authorize, PathsAreOpenInThreeSteps) {
  // Health without a name, discovery with one, all the rest for an administrator.
  const Identity viewer = user_of_role("u", Role::kViewer);
  const Identity admin = user_of_role("u", Role::kAdmin);
  for (const char* open : {"/version", "/healthz", "/livez", "/readyz", "/readyz/store"})
    EXPECT_TRUE(allows(anonymous(), path("get", open)));
  for (const char* known : {"/api", "/apis", "/apis/apps/v1", "/openapi/v2"}) {
    EXPECT_FALSE(allows(anonymous(), path("get", known))) << known;
    EXPECT_TRUE(allows(viewer, path("get", known))) << known;
  }
  for (const char* closed : {"/metrics", "/versions", "/apisx", "/", ""}) {
    EXPECT_FALSE(allows(viewer, path("get", closed))) << closed;
    EXPECT_TRUE(allows(admin, path("get", closed))) << closed;
  }
  EXPECT_FALSE(allows(viewer, path("post", "/version")));
}

TEST(Authorize, TheMessageIsThatOfKubernetes) {
  // Scripts match on it, and people search for it.
  const Identity bob = user_of_role("bob", Role::kViewer);
  EXPECT_EQ(forbidden_message(bob, access("list -/pods shop")),
            R"(pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "shop")");
  EXPECT_EQ(
      forbidden_message(bob, access("list apps/deployments")),
      R"(deployments.apps is forbidden: User "bob" cannot list resource "deployments" in API group "apps" at the cluster scope)");
  EXPECT_EQ(
      forbidden_message(bob, access("patch apps/deployments/scale shop web")),
      R"(deployments.apps "web" is forbidden: User "bob" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop")");
  EXPECT_EQ(forbidden_message(anonymous(), path("get", "/metrics")),
            R"(forbidden: User "system:anonymous" cannot get path "/metrics")");
}

TEST(Authorize, TheMessageNamesTheNamespaceThatATokenIsLimitedTo) {
  // Else its holder sees a role that may and a request that may not, and looks for the mistake in the role.
  const Identity ann = user_of_role("ann", Role::kOperator, "shop");
  const std::string limit = R"(: this token is limited to the namespace "shop")";
  for (const char* elsewhere : {"list -/pods", "list -/pods other", "create apps/deployments other", "list -/namespaces"})
    EXPECT_THAT(forbidden_message(ann, access(elsewhere)), testing::EndsWith(limit)) << elsewhere;
  EXPECT_THAT(forbidden_message(ann, access("get -/secrets shop x")), testing::EndsWith(R"(in the namespace "shop")"))
      << "there it is the role that does not allow it";
}

TEST(Authorize, RulesSayWhatAllowsSays) {
  // kubectl auth can-i --list.
  const std::vector<ServedResource> served = {{"", "pods", true},
                                              {"", "pods/log", true},
                                              {"", "secrets", true},
                                              {"", "namespaces", false},
                                              {"apps", "deployments", true},
                                              {"", "configmaps", true},
                                              {"apps", "deployments/scale", true}};
  const Rules viewer = rules_of(user_of_role("u", Role::kViewer), "shop", served);
  ASSERT_THAT(viewer.resources, SizeIs(2));
  EXPECT_THAT(viewer.resources[0].verbs, ElementsAre("get", "list", "watch"));
  EXPECT_THAT(viewer.resources[0].resources, ElementsAre("pods", "pods/log", "namespaces", "configmaps"));
  EXPECT_THAT(viewer.resources[1].groups, ElementsAre("apps"));
  EXPECT_THAT(viewer.resources[1].resources, ElementsAre("deployments", "deployments/scale"));
  EXPECT_THAT(rules_of(user_of_role("u", Role::kOperator, "other"), "shop", served).resources, IsEmpty());
  EXPECT_THAT(rules_of(user_of_role("u", Role::kAdmin), "shop", served).resources[0].verbs, ElementsAre("*"));
  EXPECT_THAT(rules_of(anonymous(), "shop", served).paths, SizeIs(1));
}

TEST(Identity, TheStrongestGroupGivesTheRole) {
  // A certificate may name several.
  EXPECT_EQ(role_of({"x", "graylane:viewers", "graylane:operators"}), Role::kOperator);
  EXPECT_EQ(role_of({"system:masters"}), Role::kAdmin);
  EXPECT_EQ(role_of({"system:authenticated", ""}), Role::kNone);
  EXPECT_EQ(parse_role("none"), std::nullopt);
  EXPECT_EQ(parse_role("operator"), Role::kOperator);
}

}  // namespace
}  // namespace graylane::identity
