// What crosses a border: from client-side to server-side apply, and from one version of a kind to another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "patch/test_writes.h"

namespace graylane::patch {
namespace {

using testing::HasSubstr;

constexpr const char* kAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

Written client_side_applied() {
  Written map("v1", "ConfigMap");
  map.update("kubectl-client-side-apply", R"({metadata: {name: m, namespace: ns, annotations:
      {kubectl.kubernetes.io/last-applied-configuration:
       '{"apiVersion":"v1","data":{"a":"1","b":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"m","namespace":"ns"}}'}},
      data: {a: "1", b: "1"}})");
  return map;
}

TEST(LastApplied, KubectlTakesOverFromItsFormerSelf) {
  // `kubectl apply --server-side` after `kubectl apply` would otherwise conflict with itself, on every object.
  Written map = client_side_applied();
  EXPECT_FALSE(map.try_apply("other", R"({metadata: {name: m, namespace: ns}, data: {a: "2"}})"));
  map.apply_ok("kubectl", R"({metadata: {name: m, namespace: ns}, data: {a: "2<&"}})");
  EXPECT_EQ(*map.at({"metadata", "annotations", kAnnotation}).as_string(),
            R"({"apiVersion":"v1","data":{"a":"2\u003c\u0026"},"kind":"ConfigMap","metadata":{"name":"m","namespace":"ns"}})"
            "\n");
}

TEST(LastApplied, WhatSomebodyChangedSinceIsAConflict) {
  // The annotation proves only what is still as it says.
  Written map = client_side_applied();
  doc::Value edited = map.content();
  edited.as_object()->find("data")->as_object()->set("a", doc::Value("edited"));
  map.put("editor", std::move(edited));
  const auto result = map.try_apply("kubectl", R"({metadata: {name: m, namespace: ns}, data: {a: "2", b: "2"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, R"(Apply failed with 1 conflict: conflict with "editor" using v1: .data.a)");
}

TEST(LastApplied, AnAnnotationThatCannotBeReadAllowsNothing) {
  // It is text that anybody may write.
  for (const char* text :
       {"nonsense", "{}", R"({"apiVersion":"v2","data":{"a":"1"}})", R"({"apiVersion":"v1","zzz":{"a":"1"}})"}) {
    Written map("v1", "ConfigMap");
    doc::Value object = map.whole(R"({metadata: {name: m, annotations: {}}, data: {a: "1"}})");
    object.as_object()->find("metadata")->as_object()->find("annotations")->as_object()->set(kAnnotation, doc::Value(text));
    map.put("kubectl-client-side-apply", std::move(object));
    EXPECT_FALSE(map.try_apply("kubectl", R"({metadata: {name: m}, data: {a: "2"}})")) << text;
  }
}

/// v1 has `data`; v2 calls it `values`. Other versions are gone.
std::optional<Versioned> convert(const doc::Value& object, std::string_view api_version) {
  if (api_version != "e.com/v1" && api_version != "e.com/v2") return std::nullopt;
  doc::Object result;
  for (const doc::Member& member : *object.as_object()) {
    std::string name = member.key;
    if (name == "data" && api_version == "e.com/v2") name = "values";
    if (name == "values" && api_version == "e.com/v1") name = "data";
    result.append(name, name == "apiVersion" ? doc::Value(api_version) : member.value, {});
  }
  return Versioned{doc::Value(std::move(result)), nullptr};
}

Written in_two_versions() {
  Written thing("e.com/v1", "Thing");
  thing.write.convert = convert;
  thing.apply_ok("old", R"({metadata: {name: t}, data: {a: "1", b: "1"}})");
  return thing;
}

void switch_to(Written& thing, const std::string& api_version) {
  thing.value = convert(thing.value, api_version)->object;
  thing.write.api_version = api_version;
}

TEST(Versions, AnOwnerInAnotherVersionIsAskedInItsOwnTerms) {
  // A field has another name there; the conflict is told with the name that its owner knows.
  Written thing = in_two_versions();
  switch_to(thing, "e.com/v2");
  const auto result = thing.try_apply("new", R"({metadata: {name: t}, values: {a: "2"}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, R"(Apply failed with 1 conflict: conflict with "old": .data.a)");
  thing.apply_ok("new", R"({metadata: {name: t}, values: {a: "2"}})", true);
  EXPECT_EQ(thing.fields("old"), R"({"f:data":{".":{},"f:b":{}}})");
}

TEST(Versions, AnApplierThatChangesVersionsStillDropsWhatItLeavesOut) {
  // Moving manifests from v1beta1 to v1 must not leave the old fields behind for ever.
  Written thing = in_two_versions();
  switch_to(thing, "e.com/v2");
  thing.apply_ok("old", R"({metadata: {name: t}, values: {a: "1"}})");
  EXPECT_TRUE(same(thing.at({"values"}), R"({a: "1"})"));
  ASSERT_EQ(thing.owners().size(), 1u);
  EXPECT_EQ(thing.owners()[0].api_version, "e.com/v2");
}

TEST(Versions, OwnersInVersionsThatAreGoneAreDropped) {
  // extensions/v1beta1 of an old export: nobody can say any more what its fields mean.
  Written thing = in_two_versions();
  Owners owners = thing.owners();
  owners[0].api_version = "e.com/v0";
  set_managed_fields(thing.value, owners);
  thing.apply_ok("new", R"({metadata: {name: t}, data: {a: "2"}})");
  ASSERT_EQ(thing.owners().size(), 1u);
  EXPECT_EQ(thing.owners()[0].manager, "new");
}

TEST(Versions, FieldsInsideOfWhatBecameAtomicBecomeTheWhole) {
  // A new release may turn a list into an atomic one; owners of its parts own it then.
  Written service("v1", "Service");
  service.apply_ok("m", R"({metadata: {name: s}, spec: {selector: {app: web}}})");
  Owners owners = service.owners();
  owners[0].fields = FieldSet{{"spec", "selector", "app"}};
  set_managed_fields(service.value, owners);
  const auto result = service.try_apply("other", R"({metadata: {name: s}, spec: {selector: {v: "2"}}})");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr(R"(conflict with "m": .spec.selector)"));
}

}  // namespace
}  // namespace graylane::patch
