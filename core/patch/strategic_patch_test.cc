#include "patch/strategic_patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/kinds.h"
#include "patch/test_values.h"

namespace graylane::patch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const api::Schema& schema_of(std::string_view api_version, std::string_view kind) {
  return *api::builtin_kinds().find(api_version, kind)->schema;
}

Outcome<doc::Value> patched_pod(std::string_view pod, std::string_view patch) {
  return apply_strategic_patch(value_of(pod), value_of(patch), schema_of("v1", "Pod"));
}

constexpr const char* kPod = R"({spec: {containers: [
    {name: c, image: "nginx:1", env: [{name: A, value: "1"}, {name: B, value: "2"}], ports: [{containerPort: 80, protocol: TCP}]},
    {name: side, image: "s:1"}]}})";

std::string names_of(const doc::Value& object) {
  std::string names;
  for (const doc::Value& container : *object.find("spec")->find("containers")->as_array())
    names += (names.empty() ? "" : " ") + *container.find("name")->as_string();
  return names;
}

TEST(StrategicPatch, ListItemsAreMergedByTheirKey) {
  // kubectl set image sends nothing but the name and the image; all the rest of the container must stay.
  const auto result = patched_pod(kPod, R"({spec: {containers: [{name: side, image: "s:2"}]}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(names_of(*result), "c side");
  const doc::Array& containers = *result->find("spec")->find("containers")->as_array();
  EXPECT_TRUE(same(containers[1], R"({name: side, image: "s:2"})"));
  EXPECT_EQ(containers[0].find("env")->as_array()->size(), 2u);
}

TEST(StrategicPatch, ANewItemStandsBeforeTheKeptOnes) {
  // The order of containers is visible in kubectl; the original puts what the patch names first.
  EXPECT_EQ(names_of(*patched_pod(kPod, R"({spec: {containers: [{name: new, image: n}]}})")), "new c side");
  EXPECT_EQ(names_of(*patched_pod(kPod, R"({spec: {containers: [{name: new, image: n}, {name: c}]}})")), "new c side");
  EXPECT_EQ(names_of(*patched_pod(kPod, R"({spec: {containers: [{name: side}, {name: new, image: n}]}})")), "c side new");
}

TEST(StrategicPatch, AnItemIsDeletedByItsKey) {
  // The only way to take a container away without naming all others.
  EXPECT_EQ(names_of(*patched_pod(kPod, R"({spec: {containers: [{name: side, $patch: delete}]}})")), "c");
  EXPECT_EQ(names_of(*patched_pod(kPod, R"({spec: {containers: [{name: zzz, $patch: delete}]}})")), "c side");
  EXPECT_THAT(patched_pod(kPod, R"({spec: {containers: [{image: side, $patch: delete}]}})").error().message,
              HasSubstr("does not contain declared merge key: name"));
}

TEST(StrategicPatch, ReplaceDirectiveReplacesListOrObject) {
  // It is how a client says that what it does not mention is to go.
  const auto list = patched_pod(kPod, R"({spec: {containers: [{$patch: replace}, {name: only, image: o, args: null}]}})");
  EXPECT_TRUE(same(*list, R"({spec: {containers: [{name: only, image: o}]}})"));
  const auto object = patched_pod(R"({metadata: {labels: {a: "1"}}})", R"({metadata: {labels: {$patch: replace, b: "2"}}})");
  EXPECT_TRUE(same(*object, R"({metadata: {labels: {b: "2"}}})"));
  const auto deleted = patched_pod(R"({metadata: {labels: {a: "1"}}})", R"({metadata: {labels: {$patch: delete}}})");
  EXPECT_TRUE(same(*deleted, R"({metadata: {labels: {}}})"));
}

TEST(StrategicPatch, UnknownDirectiveIsRefused) {
  // A misspelt delete must not become a merge.
  EXPECT_EQ(patched_pod(R"({metadata: {}})", R"({metadata: {$patch: remove}})").error().message,
            "unknown patch type: remove in map: map[$patch:remove]");
  EXPECT_EQ(patched_pod(kPod, R"({spec: {containers: [{name: c, $patch: merge}]}})").error().message,
            "merging lists cannot yet be specified in the patch");
}

TEST(StrategicPatch, SetElementOrderOrdersKeptAndPatchedItems) {
  // kubectl apply and kubectl set image send it with every list.
  const auto result = patched_pod(kPod, R"({spec: {containers: [{name: c,
      $setElementOrder/env: [{name: B}, {name: A}, {name: C}], env: [{name: A, value: "9"}, {name: C, value: "3"}]}]}})");
  ASSERT_TRUE(result);
  EXPECT_TRUE(same(*result->find("spec")->find("containers")->as_array()->at(0).find("env"),
                   R"([{name: B, value: "2"}, {name: A, value: "9"}, {name: C, value: "3"}])"));
  const auto order_only = patched_pod(kPod, R"({spec: {$setElementOrder/containers: [{name: side}, {name: c}]}})");
  EXPECT_EQ(names_of(*order_only), "side c");
}

TEST(StrategicPatch, ItemsThatTheOrderDoesNotNameKeepTheirPlace) {
  // An injected sidecar is unknown to the manifest that kubectl applies.
  const auto result = patched_pod(R"({spec: {containers: [{name: a}, {name: injected}, {name: b}]}})",
                                  R"({spec: {$setElementOrder/containers: [{name: a}, {name: b}, {name: c}],
                                             containers: [{name: c, image: i}]}})");
  EXPECT_EQ(names_of(*result), "a injected b c");
}

TEST(StrategicPatch, ItemsMustFollowSetElementOrder) {
  // The two lists contradict one another: one of them is not what the client meant.
  const auto result = patched_pod(kPod, R"({spec: {containers: [{name: c,
      $setElementOrder/env: [{name: B}, {name: A}, {name: C}], env: [{name: C, value: "3"}, {name: A, value: "9"}]}]}})");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, Reason::kBadRequest);
  EXPECT_EQ(result.error().message,
            "The order in patch list:\n[map[name:C value:3] map[name:A value:9]]\n doesn't match $setElementOrder list:\n"
            "[map[name:B] map[name:A] map[name:C]]\n");
}

TEST(StrategicPatch, RetainKeysDropsWhatItDoesNotName) {
  // A Deployment cannot change to Recreate while rollingUpdate stays.
  const api::Schema& deployment = schema_of("apps/v1", "Deployment");
  const doc::Value live = value_of(R"({spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}})");
  const auto result =
      apply_strategic_patch(live, value_of(R"({spec: {strategy: {$retainKeys: [type], type: Recreate}}})"), deployment);
  EXPECT_TRUE(same(*result, R"({spec: {strategy: {type: Recreate}}})"));
  const auto wrong =
      apply_strategic_patch(live, value_of(R"({spec: {strategy: {$retainKeys: [rollingUpdate], type: Recreate}}})"), deployment);
  EXPECT_EQ(wrong.error().message, "invalid patch format of retainKeys");
}

TEST(StrategicPatch, NullRemovesAndAtomicListsAreReplaced) {
  // args is no list with keys: merging it would mix two command lines.
  const auto result = patched_pod(R"({metadata: {labels: {k: "1"}}, spec: {containers: [{name: c, args: [a, b]}]}})",
                                  R"({metadata: {labels: null}, spec: {containers: [{name: c, args: [z]}]}})");
  EXPECT_TRUE(same(*result, R"({metadata: {}, spec: {containers: [{name: c, args: [z]}]}})"));
}

TEST(StrategicPatch, SetsAreUnitedAndItemsDeletedByValue) {
  // Two controllers each hold a finalizer; neither may drop the other's.
  const auto both = patched_pod(R"({metadata: {finalizers: [x.io/a]}})", R"({metadata: {finalizers: [x.io/b, x.io/a]}})");
  EXPECT_TRUE(same(*both, R"({metadata: {finalizers: [x.io/b, x.io/a]}})"));
  const auto one = patched_pod(R"({metadata: {finalizers: [x.io/b, x.io/a]}})",
                               R"({metadata: {$deleteFromPrimitiveList/finalizers: [x.io/a, x.io/c]}})");
  EXPECT_TRUE(same(*one, R"({metadata: {finalizers: [x.io/b]}})"));
}

TEST(StrategicPatch, NothingOfADirectiveIsStored) {
  // Parts that are new in the object are taken over as they are, but directives and nulls are no content.
  const auto result = patched_pod("{}", R"({spec: {$setElementOrder/containers: [{name: c}], x: null, gone: {$patch: delete},
      containers: [{name: c, $retainKeys: [name], tty: null}, {name: d, $patch: delete}]}})");
  EXPECT_TRUE(same(*result, R"({spec: {containers: [{name: c}]}})"));
}

TEST(StrategicPatch, WrongTypesAreRefused) {
  // Directives are untrusted input as everything else.
  EXPECT_EQ(patched_pod(kPod, R"({spec: {$setElementOrder/containers: x}})").error().message,
            "expected a []interface {}, but received a string");
  EXPECT_THAT(patched_pod(kPod, R"({spec: {containers: [x]}})").error().message, StartsWith("list element types"));
  EXPECT_EQ(patched_pod(kPod, R"({spec: {containers: [[]]}})").error().reason, Reason::kInvalid);
  EXPECT_FALSE(patched_pod(kPod, "[]"));
}

}  // namespace
}  // namespace graylane::patch
