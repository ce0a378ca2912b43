#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/test_directory_source.h"

namespace graylane::sources {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Refusals = DirectorySourceTest;

/// A document, and the same one with a field that only another object can have.
struct Edit {
  std::string before;
  std::string after;
  std::string told;
  std::string deletion;
};

std::string with_head(const std::string& version, const std::string& kind, const std::string& rest) {
  return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: x}\n" + rest;
}

std::string set_of(const std::string& service) {
  return with_head("apps/v1", "StatefulSet",
                   "spec:\n  serviceName: " + service +
                       "\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n"
                       "    spec: {containers: [{name: c, image: i}]}\n");
}

std::string claim_of(const std::string& mode) {
  return with_head("v1", "PersistentVolumeClaim", "spec: {accessModes: [" + mode + "], resources: {requests: {storage: 1Gi}}}\n");
}

std::string service_of(const std::string& load_balancer) {
  return with_head("v1", "Service",
                   "spec: {type: LoadBalancer, loadBalancerClass: a.b/" + load_balancer + ", ports: [{port: 80}]}\n");
}

std::string binding_of(const std::string& role) {
  return with_head("rbac.authorization.k8s.io/v1", "RoleBinding",
                   "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: " + role + "}\n");
}

std::string kept_map(const std::string& value) {
  return with_head("v1", "ConfigMap", "immutable: true\ndata: {a: " + value + "}\n");
}

TEST_F(Refusals, OfAFieldThatStaysTellTheWayOut) {
  // Each API says it in its own words; who reads them learns neither that nothing but a new object helps, nor how to get one.
  const std::vector<Edit> edits = {
      {set_of("a"), set_of("b"), "spec: Forbidden: updates to statefulset spec", "StatefulSet.apps x -n default"},
      {claim_of("ReadWriteOnce"), claim_of("ReadWriteMany"), "spec: Forbidden: spec is immutable after creation",
       "PersistentVolumeClaim x -n default"},
      {service_of("a"), service_of("b"), "spec.loadBalancerClass: Invalid value: \"a.b/b\": may not change once set",
       "Service x -n default"},
      {binding_of("a"), binding_of("b"), "cannot change roleRef", "RoleBinding.rbac.authorization.k8s.io x -n default"},
      {kept_map("b"), kept_map("c"), "data: Forbidden: field is immutable when `immutable` is set", "ConfigMap x -n default"},
  };
  for (const Edit& edit : edits) {
    dir.write("x.yaml", edit.before);
    ASSERT_TRUE(sync().in_force) << edit.before;
    dir.write("x.yaml", edit.after);
    const Synced refused = sync();
    EXPECT_FALSE(refused.in_force);
    ASSERT_THAT(ids(refused), ElementsAre("immutable-field")) << edit.after;
    EXPECT_THAT(refused.diagnostics[0].message, HasSubstr(edit.told));
    EXPECT_EQ(refused.diagnostics[0].fix,
              "undo the change, or delete the object and save the file again: kubectl delete " + edit.deletion);
  }
}

TEST_F(Refusals, OfAnOlderDefinitionTellTheCommandThatForgetsTheNewer) {
  // An edit that is taken back, as by git, must be one that can be.
  const auto definition = [](const std::string& first, const std::string& second) {
    const std::string schema = "schema: {openAPIV3Schema: {type: object}}}\n";
    return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.example.com}\nspec:\n"
           "  group: example.com\n  scope: Namespaced\n  names: {plural: xs, singular: x, kind: X}\n  versions:\n"
           "  - {name: v1, served: true, storage: " +
           first + ", " + schema + (second.empty() ? "" : "  - {name: v2, served: true, storage: " + second + ", " + schema);
  };
  dir.write("x.yaml", definition("true", ""));
  sync();
  dir.write("x.yaml", definition("false", "true"));
  ASSERT_TRUE(sync().in_force);
  dir.write("x.yaml", definition("true", ""));
  const Synced refused = sync();
  ASSERT_THAT(ids(refused), ElementsAre("refused"));
  EXPECT_THAT(refused.diagnostics[0].message, testing::EndsWith("removes v2 from status.storedVersions"));
  EXPECT_EQ(refused.diagnostics[0].fix,
            R"(kubectl patch crd xs.example.com --subresource=status --type=merge -p '{"status":{"storedVersions":["v1"]}}')");
}

}  // namespace
}  // namespace graylane::sources
