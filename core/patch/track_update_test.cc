#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "patch/test_writes.h"

namespace graylane::patch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> managers_of(const Written& object) {
  std::vector<std::string> managers;
  for (const Owner& owner : object.owners()) managers.push_back(owner.manager);
  return managers;
}

TEST(TrackUpdate, ACreatorOwnsAllThatItSetWithTheMapsAround) {
  // As a real server tells it with --show-managed-fields: structs that are always there belong to nobody.
  Written deployment("apps/v1", "Deployment");
  deployment.update("kubectl-create",
                    R"({metadata: {name: d, labels: {a: b}}, spec: {replicas: 1, selector: {matchLabels: {a: b}},
      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}, template: {metadata: {labels: {a: b}},
      spec: {containers: [{name: c, resources: {}, ports: [{containerPort: 80, protocol: TCP}]}], restartPolicy: Always}}}})");
  EXPECT_EQ(deployment.fields("kubectl-create"),
            R"({"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{},"f:selector":{},)"
            R"("f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{}},"f:type":{}},)"
            R"("f:template":{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},)"
            R"("f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},)"
            R"("f:protocol":{}}},"f:resources":{}}},"f:restartPolicy":{}}}}})");
}

TEST(TrackUpdate, AWriterTakesWhatItChangesAndNothingElse) {
  // A controller that writes the whole object back owns only the field that it came for.
  Written map("v1", "ConfigMap");
  map.update("one", R"({metadata: {name: c}, data: {a: "1", b: "1"}})");
  map.update("two", R"({metadata: {name: c}, data: {a: "1", b: "2", c: "3"}})");
  EXPECT_EQ(map.fields("one"), R"({"f:data":{".":{},"f:a":{}}})");
  EXPECT_EQ(map.fields("two"), R"({"f:data":{"f:b":{},"f:c":{}}})");
  map.update("three", R"({metadata: {name: c}, data: {a: "1"}})");
  EXPECT_THAT(managers_of(map), ElementsAre("one"));
}

TEST(TrackUpdate, AWriteThatChangesNothingKeepsOwnersAndTimes) {
  // Else every resync of a controller would be a change that wakes all others.
  Written map("v1", "ConfigMap");
  map.update("one", R"({metadata: {name: c}, data: {a: "1"}})");
  const doc::Value before = map.value;
  map.update("two", R"({metadata: {name: c}, data: {a: "1"}})");
  EXPECT_TRUE(same(map.value, before));
}

TEST(TrackUpdate, EntriesDifferByOperationAndSubresource) {
  // One manager may apply the spec, update metadata and write status.
  Written deployment("apps/v1", "Deployment");
  deployment.apply_ok("m", R"({metadata: {name: d}, spec: {paused: true}})");
  deployment.update("m", R"({metadata: {name: d, labels: {x: "1"}}, spec: {paused: true}})");
  deployment.write.subresource = "status";
  deployment.write.reset_fields = reset_fields_of("Deployment", "status", true);
  deployment.update("m", R"({metadata: {name: d, labels: {x: "1"}}, spec: {paused: true}, status: {replicas: 1}})");
  const Owners owners = deployment.owners();
  ASSERT_EQ(owners.size(), 3u);
  EXPECT_TRUE(owners[0].applied);
  EXPECT_EQ(owners[1].subresource, "");
  EXPECT_EQ(owners[2].subresource, "status");
  EXPECT_EQ(doc::to_json(owners[2].fields.to_fields_v1()), R"({"f:status":{"f:replicas":{}}})");
}

TEST(TrackUpdate, AtMostTenUpdatersAreKept) {
  // A cluster's life brings many writers; managedFields must not outgrow the object.
  Written map("v1", "ConfigMap");
  map.apply_ok("applier", R"({metadata: {name: c}, data: {applied: "1"}})");
  doc::Value next = map.value;
  for (int i = 0; i < 12; ++i) {
    next = map.content();
    next.as_object()->find("data")->as_object()->set("k" + std::to_string(i), doc::Value("v"));
    map.put("manager-" + std::string(1, static_cast<char>('a' + i)), next);
  }
  const auto managers = managers_of(map);
  ASSERT_EQ(managers.size(), 11u);
  EXPECT_EQ(managers[0], "applier");
  EXPECT_EQ(managers[1], "ancient-changes");
  EXPECT_EQ(managers[2], "manager-d");
  EXPECT_EQ(map.fields("ancient-changes"), R"({"f:data":{"f:k0":{},"f:k1":{},"f:k2":{}}})");
}

TEST(TrackUpdate, OwnersCanBeWrittenAndCleared) {
  // kubectl rewrites them when it moves from client-side to server-side apply.
  Written map("v1", "ConfigMap");
  map.update("one", R"({metadata: {name: c}, data: {a: "1"}})");
  map.update("two", R"({metadata: {name: c, managedFields: [{manager: x, operation: Apply, apiVersion: v1, fieldsType: FieldsV1,
                        fieldsV1: {"f:data": {"f:a": {}}}}]}, data: {a: "1"}})");
  EXPECT_THAT(managers_of(map), ElementsAre("x"));
  map.update("two", R"({metadata: {name: c, managedFields: [{manager: x}]}, data: {a: "1"}})");
  EXPECT_THAT(managers_of(map), ElementsAre("x")) << "what cannot be read changes nothing";
  Written emptied = map;
  for (const char* cleared : {"[]", "[{}]"}) {
    emptied = map;
    emptied.update("two", R"({metadata: {name: c, managedFields: )" + std::string(cleared) + R"(}, data: {a: "1"}})");
    EXPECT_THAT(managers_of(emptied), ElementsAre()) << cleared;
  }
  emptied.update("three", R"({metadata: {name: c}, data: {a: "2"}})");
  EXPECT_THAT(managers_of(emptied), ElementsAre()) << "not tracked again until somebody applies";
}

TEST(TrackUpdate, ASubresourceCannotWriteOwners) {
  // A status writer has no right to the rest.
  Written deployment("apps/v1", "Deployment");
  deployment.update("one", R"({metadata: {name: d}, spec: {paused: true}})");
  deployment.write.subresource = "status";
  deployment.update("two", R"({metadata: {name: d, managedFields: []}, spec: {paused: true}, status: {replicas: 1}})");
  EXPECT_THAT(managers_of(deployment), ElementsAre("one", "two"));
}

TEST(TrackUpdate, TimesComeBackWhenNothingElseChanged) {
  // A stored object is equal to the old one only when its times are, too.
  Written map("v1", "ConfigMap");
  map.update("one", R"({metadata: {name: c}, data: {a: "1"}})");
  const doc::Value before = map.value;
  Owners later = map.owners();
  later[0].time = "2030-01-01T00:00:00Z";
  doc::Value written = before;
  set_managed_fields(written, later);
  doc::Value changed = written;
  keep_times_if_unchanged(before, written);
  EXPECT_TRUE(same(written, before));
  changed.as_object()->find("data")->as_object()->set("a", doc::Value("2"));
  keep_times_if_unchanged(before, changed);
  EXPECT_THAT(doc::to_json(changed), HasSubstr("2030-01-01"));
}

TEST(TrackUpdate, AValueOfTheWrongTypeIsAFieldToo) {
  // What a schema refuses later must not bring tracking down before.
  Written map("v1", "ConfigMap");
  map.update("one", R"({metadata: {name: c}, data: text})");
  EXPECT_EQ(map.fields("one"), R"({"f:data":{}})");
  map.update("two", R"({metadata: {name: c}, data: {a: "1"}})");
  EXPECT_EQ(map.fields("two"), R"({"f:data":{".":{},"f:a":{}}})");
}

TEST(ManagerOfUserAgent, IsWhatStandsBeforeTheFirstSlash) {
  // Clients that name no manager are told apart by their program.
  EXPECT_EQ(manager_of_user_agent("kubectl/v1.36.3 (linux/amd64)"), "kubectl");
  EXPECT_EQ(manager_of_user_agent("curl"), "curl");
  EXPECT_EQ(manager_of_user_agent("a\tb\x01/1"), "ab");
  EXPECT_EQ(manager_of_user_agent(""), "unknown");
  EXPECT_EQ(manager_of_user_agent(std::string(300, 'x')).size(), 128u);
}

}  // namespace
}  // namespace graylane::patch
