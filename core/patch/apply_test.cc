#include "patch/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "patch/test_writes.h"

namespace graylane::patch {
namespace {

using testing::HasSubstr;

TEST(Apply, OwnsWhatItsConfigurationSets) {
  // Only what was applied is owned: defaults and the server's fields belong to nobody.
  Written map("v1", "ConfigMap");
  map.apply_ok("m", R"({metadata: {name: c, labels: {l: "1"}}, data: {a: b}})");
  EXPECT_EQ(map.fields("m"), R"({"f:data":{"f:a":{}},"f:metadata":{"f:labels":{"f:l":{}}}})");
  const Owners owners = map.owners();
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_TRUE(owners[0].applied);
  EXPECT_EQ(owners[0].time, "2023-11-14T22:13:21Z");
  EXPECT_TRUE(same(map.content(), R"({apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {l: "1"}}, data: {a: b}})"));
}

TEST(Apply, OneConflictIsToldInOneLine) {
  // Scripts and people know this very sentence.
  Written map("v1", "ConfigMap");
  map.update("creator", R"({metadata: {name: c}, data: {a: "1", b: "2"}})");
  const auto result = map.try_apply("m", R"({metadata: {name: c}, data: {a: "9"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::kConflict);
  EXPECT_EQ(result.error().message, R"(Apply failed with 1 conflict: conflict with "creator" using v1: .data.a)");
  ASSERT_EQ(result.error().causes.size(), 1u);
  EXPECT_EQ(result.error().causes[0].reason, "FieldManagerConflict");
  EXPECT_EQ(result.error().causes[0].message, R"(conflict with "creator" using v1)");
  EXPECT_EQ(result.error().causes[0].field, ".data.a");
}

TEST(Apply, SeveralConflictsAreListedByManager) {
  // Appliers have no version, updaters have one; both in the order of their names.
  Written map("v1", "ConfigMap");
  map.update("zed", R"({metadata: {name: c}, data: {z: "1"}})");
  map.apply_ok("abe", R"({metadata: {name: c}, data: {a: "1", b: "1"}})");
  const auto result = map.try_apply("m", R"({metadata: {name: c}, data: {a: "2", b: "2", z: "2"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "Apply failed with 3 conflicts: conflicts with \"abe\":\n- .data.a\n- .data.b\n"
            "conflicts with \"zed\" using v1:\n- .data.z");
}

TEST(Apply, ConflictsNameListItemsByTheirKeys) {
  // `[0]` would be a different port after the next change.
  Written service("v1", "Service");
  service.update("creator", R"({metadata: {name: s}, spec: {ports: [{port: 443, protocol: TCP, name: b},
                                                                   {port: 80, protocol: TCP, name: a}]}})");
  const auto result =
      service.try_apply("m", R"({metadata: {name: s}, spec: {ports: [{port: 443, name: d}, {port: 80, name: c}]}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, R"(Apply failed with 2 conflicts: conflicts with "creator" using v1:
- .spec.ports[port=80,protocol="TCP"].name
- .spec.ports[port=443,protocol="TCP"].name)");
}

TEST(Apply, ForceTakesTheFieldFromItsOwner) {
  // The former owner must not win it back without a new write.
  Written map("v1", "ConfigMap");
  map.update("creator", R"({metadata: {name: c}, data: {a: "1", b: "2"}})");
  map.apply_ok("m", R"({metadata: {name: c}, data: {a: "9"}})", true);
  EXPECT_TRUE(same(map.at({"data"}), R"({a: "9", b: "2"})"));
  EXPECT_EQ(map.fields("creator"), R"({"f:data":{".":{},"f:b":{}}})");
  EXPECT_EQ(map.fields("m"), R"({"f:data":{"f:a":{}}})");
}

TEST(Apply, EqualValuesAreSharedAndStayUntilTheLastOwnerDropsThem) {
  // Two charts may both need a label; removing one chart must not break the other.
  Written map("v1", "ConfigMap");
  map.apply_ok("one", R"({metadata: {name: c}, data: {a: "1", b: "1"}})");
  map.apply_ok("two", R"({metadata: {name: c}, data: {a: "1"}})");
  map.apply_ok("one", R"({metadata: {name: c}, data: {b: "1"}})");
  EXPECT_TRUE(same(map.at({"data"}), R"({a: "1", b: "1"})"));
  map.apply_ok("two", R"({metadata: {name: c}})");
  EXPECT_TRUE(same(map.at({"data"}), R"({b: "1"})"));
  EXPECT_EQ(map.fields("two"), "");
  map.apply_ok("one", R"({metadata: {name: c}})");
  EXPECT_TRUE(map.at({"data"}).is_null());
}

TEST(Apply, WhatAnUpdaterSetStaysWhenAnApplierNeverOwnedIt) {
  // An autoscaler's replicas are none of the manifest's business.
  Written deployment("apps/v1", "Deployment");
  deployment.apply_ok("m", R"({metadata: {name: d}, spec: {minReadySeconds: 1, paused: true}})");
  doc::Value scaled = deployment.value;
  scaled.as_object()->find("spec")->as_object()->set("replicas", doc::Value(int64_t{3}));
  deployment.write.subresource = "scale";
  deployment.put("hpa", std::move(scaled));
  deployment.write.subresource = "";
  deployment.apply_ok("m", R"({metadata: {name: d}, spec: {minReadySeconds: 1}})");
  EXPECT_TRUE(same(deployment.at({"spec"}), R"({minReadySeconds: 1, replicas: 3})"));
  EXPECT_EQ(deployment.fields("hpa"), R"({"f:spec":{"f:replicas":{}}})");
}

TEST(Apply, ScaleTakesReplicasFromTheApplier) {
  // The next apply must see a conflict, or it would undo the autoscaler's work in silence.
  Written deployment("apps/v1", "Deployment");
  deployment.apply_ok("m", R"({metadata: {name: d}, spec: {replicas: 1, paused: true}})");
  doc::Value scaled = deployment.value;
  scaled.as_object()->find("spec")->as_object()->set("replicas", doc::Value(int64_t{3}));
  deployment.write.subresource = "scale";
  deployment.put("hpa", std::move(scaled));
  EXPECT_EQ(deployment.fields("m"), R"({"f:spec":{"f:paused":{}}})");
  deployment.write.subresource = "";
  const auto result = deployment.try_apply("m", R"({metadata: {name: d}, spec: {replicas: 1, paused: true}})");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr(R"(conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas)"));
}

TEST(Apply, ContainersAndTheirPartsAreOwnedOneByOne) {
  // A sidecar injector and the manifest's author own different containers of one Pod template.
  Written pod("v1", "Pod");
  pod.apply_ok("author", R"({metadata: {name: p}, spec: {containers: [{name: c, image: i, env: [{name: A, value: "1"}],
                            ports: [{containerPort: 80}]}]}})");
  pod.apply_ok("injector", R"({metadata: {name: p}, spec: {containers: [{name: side, image: s}]}})");
  EXPECT_EQ(
      pod.fields("author"),
      R"({"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}},)"
      R"("f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}})");
  pod.apply_ok("author", R"({metadata: {name: p}, spec: {containers: [{name: d, image: i}]}})");
  EXPECT_TRUE(same(pod.at({"spec", "containers"}), R"([{name: side, image: s}, {name: d, image: i}])"));
}

TEST(Apply, ItemsKeepTheirPlaceAndNewOnesFollowTheConfiguration) {
  // Order is visible (init containers run in it); an apply that names two items must not shuffle the rest.
  Written pod("v1", "Pod");
  pod.update("creator", R"({metadata: {name: p}, spec: {containers: [{name: a}, {name: in1}, {name: b}, {name: in2}]}})");
  pod.apply_ok("m", R"({metadata: {name: p}, spec: {containers: [{name: b}, {name: new}, {name: a}]}})");
  EXPECT_TRUE(same(pod.at({"spec", "containers"}), R"([{name: in1}, {name: b}, {name: in2}, {name: new}, {name: a}])"));
}

TEST(Apply, SetsAreOwnedByItem) {
  // Each controller removes its own finalizer only.
  Written map("v1", "ConfigMap");
  map.apply_ok("one", R"({metadata: {name: c, finalizers: [x.io/a, x.io/b]}})");
  map.apply_ok("two", R"({metadata: {name: c, finalizers: [x.io/c]}})");
  EXPECT_EQ(map.fields("one"), R"({"f:metadata":{"f:finalizers":{"v:\"x.io/a\"":{},"v:\"x.io/b\"":{}}}})");
  map.apply_ok("one", R"({metadata: {name: c, finalizers: [x.io/b]}})");
  EXPECT_TRUE(same(map.at({"metadata", "finalizers"}), "[x.io/b, x.io/c]"));
}

TEST(Apply, AtomicMapsAndListsAreOwnedAsAWhole) {
  // A selector of two authors would select what neither of them meant.
  Written service("v1", "Service");
  service.apply_ok("one", R"({metadata: {name: s}, spec: {selector: {app: web}, externalIPs: [10.0.0.1]}})");
  EXPECT_EQ(service.fields("one"), R"({"f:spec":{"f:externalIPs":{},"f:selector":{}}})");
  EXPECT_FALSE(service.try_apply("two", R"({metadata: {name: s}, spec: {selector: {app: web, v: "2"}}})"));
  service.apply_ok("two", R"({metadata: {name: s}, spec: {selector: {v: "2"}}})", true);
  EXPECT_TRUE(same(service.at({"spec", "selector"}), R"({v: "2"})"));
  EXPECT_EQ(service.fields("one"), R"({"f:spec":{"f:externalIPs":{}}})");
}

TEST(Apply, IngressRulesAreOneField) {
  // As on a real server: the paths of a host belong to one manager.
  Written ingress("networking.k8s.io/v1", "Ingress");
  ingress.apply_ok(
      "m", R"({metadata: {name: i, annotations: {nginx.ingress.kubernetes.io/canary: "true"}}, spec: {rules: [{host: h}]}})");
  EXPECT_EQ(ingress.fields("m"),
            R"({"f:metadata":{"f:annotations":{"f:nginx.ingress.kubernetes.io/canary":{}}},"f:spec":{"f:rules":{}}})");
}

TEST(Apply, OfWhatHasNoSchemaListsAreAtomicAndMapsAreNot) {
  // Custom resources whose schema keeps unknown fields, and kinds that are only stored.
  Written thing("example.com/v1", "Thing");
  thing.apply_ok("one", R"({metadata: {name: t}, spec: {list: [{name: a}], map: {x: 1}}})");
  EXPECT_EQ(thing.fields("one"), R"({"f:spec":{".":{},"f:list":{},"f:map":{".":{},"f:x":{}}}})");
  thing.apply_ok("two", R"({metadata: {name: t}, spec: {map: {z: 2}}})");
  EXPECT_TRUE(same(thing.at({"spec"}), R"({list: [{name: a}], map: {x: 1, z: 2}})"));
  EXPECT_FALSE(thing.try_apply("two", R"({metadata: {name: t}, spec: {list: [{name: b}]}})"));
}

TEST(Apply, DuplicateLiveItemsAreReplacedByTheAppliedOne) {
  // Kubernetes accepts two env entries of one name from an update; an apply must be able to mend that.
  Written pod("v1", "Pod");
  pod.update("creator",
             R"({metadata: {name: p}, spec: {containers: [{name: c, env: [{name: A, value: "1"}, {name: A, value: "2"}]}]}})");
  EXPECT_THAT(pod.fields("creator"), HasSubstr(R"("f:env":{".":{},"k:{\"name\":\"A\"}":{}})"));
  pod.apply_ok("m", R"({metadata: {name: p}, spec: {containers: [{name: c, env: [{name: A, value: "3"}]}]}})", true);
  EXPECT_TRUE(same(*pod.at({"spec", "containers"}).as_array()->at(0).find("env"), R"([{name: A, value: "3"}])"));
}

TEST(Apply, StatusOfTheMainResourceIsNotOwned) {
  // The endpoint resets it: an owner of it would have conflicts about what it never wrote.
  Written deployment("apps/v1", "Deployment");
  deployment.write.reset_fields = reset_fields_of("Deployment", "", true);
  deployment.apply_ok("m", R"({metadata: {name: d}, spec: {paused: true}, status: {replicas: 3}})");
  EXPECT_EQ(deployment.fields("m"), R"({"f:spec":{"f:paused":{}}})");
}

TEST(Apply, TheSecondTimeChangesNothing) {
  // GitOps tools apply every few minutes; each change would wake every watcher.
  Written deployment("apps/v1", "Deployment");
  constexpr const char* kConfig = R"({metadata: {name: d, labels: {a: b}}, spec: {replicas: 2,
      template: {spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}}}})";
  deployment.apply_ok("m", kConfig);
  const doc::Value first = deployment.value;
  deployment.apply_ok("m", kConfig);
  EXPECT_TRUE(same(deployment.value, first));
}

TEST(Apply, AnEmptyListEmptiesWhatItsOwnerFilled) {
  // Absent and empty differ to a reader; the first apply must leave what the second one leaves.
  Written map("v1", "ConfigMap");
  map.apply_ok("m", R"({metadata: {name: c, finalizers: [x.io/a]}, data: {a: b}})");
  map.apply_ok("m", R"({metadata: {name: c, finalizers: []}, data: {a: b}})");
  EXPECT_TRUE(same(map.at({"metadata", "finalizers"}), "[]"));
  const doc::Value first = map.value;
  map.apply_ok("m", R"({metadata: {name: c, finalizers: []}, data: {a: b}})");
  EXPECT_TRUE(same(map.value, first));
}

TEST(Apply, AnObjectWithoutOwnersBelongsToWhoeverCameBefore) {
  // What was there before ownership was tracked must not fall to the first applier by force.
  Written map("v1", "ConfigMap");
  map.value = map.whole(R"({metadata: {name: c}, data: {a: "1", b: "1"}})");
  map.exists = true;
  const auto result = map.try_apply("m", R"({metadata: {name: c}, data: {a: "2"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, R"(Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a)");
  map.apply_ok("m", R"({metadata: {name: c}, data: {a: "1"}})");
  EXPECT_EQ(map.fields("before-first-apply"), R"({"f:data":{".":{},"f:a":{},"f:b":{}}})");
}

TEST(Apply, BadConfigurationsAreRefusedInTheWordsOfKubernetes) {
  // Undeclared fields are the mistake that people make most; the path must lead to it.
  Written map("v1", "ConfigMap");
  auto message = [&map](const char* yaml) { return map.try_apply("m", yaml).error().message; };
  EXPECT_EQ(message(R"({metadata: {name: c, namespace: ns}, zzz: 1})"),
            "failed to create typed patch object (ns/c; /v1, Kind=ConfigMap): .zzz: field not declared in schema");
  EXPECT_EQ(message(R"({metadata: {name: c}, data: {a: 1}})"),
            "failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data.a: expected string, got "
            "&value.valueUnstructured{Value:1}");
  EXPECT_EQ(message(R"({metadata: {name: c}, data: [a]})"),
            "failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data: expected map, got &{[a]}");
  EXPECT_EQ(
      message(R"({metadata: {name: c, finalizers: [a, a]}})"),
      "failed to create typed patch object (/c; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key [=\"a\"]");
  EXPECT_EQ(message(R"({metadata: {name: c, managedFields: []}})"), "metadata.managedFields must be nil");
  EXPECT_EQ(map.try_apply("", "{metadata: {name: c}}").error().reason, Reason::kInvalid);
}

TEST(Apply, AnotherTypeThanTheEndpointsIsRefused) {
  // Also one that lacks apiVersion.
  Written map("v1", "ConfigMap");
  map.write.manager = "m";
  EXPECT_EQ(apply(nullptr, value_of("{kind: ConfigMap}"), map.write, false).error().message,
            "invalid object type: /, Kind=ConfigMap");
  EXPECT_EQ(apply(nullptr, value_of("{kind: ConfigMap, apiVersion: a/v1}"), map.write, false).error().message,
            "invalid object type: a/v1, Kind=ConfigMap");
  EXPECT_EQ(apply(nullptr, value_of("[1]"), map.write, false).error().reason, Reason::kBadRequest);
}

TEST(Apply, ItemsWithoutTheirKeyAreRefused) {
  // Nobody could say later which item is meant. What built-in kinds demand is zero there, and refused by what checks the object.
  Written pod("v1", "Pod");
  const auto result = pod.try_apply("m", R"({metadata: {name: p}, spec: {hostAliases: [{hostnames: [a]}]}})");
  EXPECT_TRUE(result) << result.error().message;
  Written account("v1", "ServiceAccount");
  const auto nameless = account.try_apply("m", R"({metadata: {name: a}, secrets: [{namespace: x}]})");
  ASSERT_FALSE(nameless);
  EXPECT_THAT(nameless.error().message, HasSubstr(".secrets: element 0: associative list with keys has an element that omits key "
                                                  "field \"name\" (and doesn't have default value)"));
}

}  // namespace
}  // namespace graylane::patch
