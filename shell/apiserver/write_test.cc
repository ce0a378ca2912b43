#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

const std::string kMap = std::string(kMaps) + "/c1";
const std::string kWeb = std::string(kDeployments) + "/web";

TEST(Create, TheServerSaysWhoAndWhen) {
  // What a client claims about itself must not become the object's identity.
  TestApi api;
  const auto made =
      api.send("POST", kMaps, R"({"metadata":{"name":"c1","uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z"}})");
  EXPECT_EQ(made.status(), 201);
  EXPECT_NE(made.text("metadata.uid"), "mine");
  EXPECT_EQ(made.text("metadata.creationTimestamp"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(made.text("metadata.resourceVersion"), "2");
  EXPECT_EQ(api.send("POST", kMaps, map_json("c1")).message(), R"(configmaps "c1" already exists)");
}

TEST(Create, GeneratedNamesAreKeptShort) {
  // A base of any length must give a name that is allowed.
  TestApi api;
  const auto made = api.send("POST", kMaps, R"({"metadata":{"generateName":")" + std::string(70, 'a') + R"("}})");
  EXPECT_EQ(made.status(), 201);
  EXPECT_EQ(made.text("metadata.name").size(), 63u);
}

TEST(Create, NeedsItsNamespace) {
  // Objects in a namespace that is not there would be found by nobody.
  TestApi api;
  EXPECT_EQ(api.send("POST", "/api/v1/namespaces/no/configmaps", map_json("c1")).message(), R"(namespaces "no" not found)");
  api.send("POST", "/api/v1/namespaces", R"({"metadata":{"name":"old"}})");
  api.send("DELETE", "/api/v1/namespaces/old");
  const auto late = api.send("POST", "/api/v1/namespaces/old/configmaps", map_json("c1"));
  EXPECT_EQ(late.status(), 403);
  EXPECT_EQ(text_at((*find_path(late.body, "details.causes")->as_array())[0], "reason"), "NamespaceTerminating");
}

TEST(Create, EveryFindingIsACause) {
  // Clients mark the fields by the causes.
  TestApi api;
  const auto refused = api.send("POST", kMaps, R"({"metadata":{"name":"A_b","labels":{"a":"c d"}}})");
  EXPECT_EQ(refused.status(), 422);
  EXPECT_EQ(size_at(refused.body, "details.causes"), 2);
  EXPECT_TRUE(
      refused.message().starts_with(R"(ConfigMap "A_b" is invalid: [metadata.name: Invalid value: "A_b": a lowercase RFC 1123)"));
  EXPECT_EQ(api.send("POST", kMaps, R"({"data":{"a":1}})").message(),
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field "
            "ConfigMap.data of type string");
}

TEST(Create, UnknownFieldsAreDroppedToldOrRefused) {
  // kubectl asks for Strict; older clients must go on working.
  TestApi api;
  const auto body = [](const char* name) { return std::string(R"({"metadata":{"name":")") + name + R"("},"foo":1})"; };
  const auto dropped = api.send("POST", kMaps, body("a"));
  EXPECT_EQ(dropped.status(), 201);
  EXPECT_FALSE(dropped.body.find("foo"));
  EXPECT_EQ(*dropped.header("Warning"), R"(299 - "unknown field \"foo\"")");
  EXPECT_FALSE(api.send("POST", std::string(kMaps) + "?fieldValidation=Ignore", body("b")).header("Warning"));
  const auto strict = api.send("POST", std::string(kMaps) + "?fieldValidation=Strict", body("c"));
  EXPECT_EQ(strict.status(), 400);
  EXPECT_TRUE(strict.message().ends_with(R"(strict decoding error: unknown field "foo")"));
}

TEST(Create, WhatIsUnknownIsToldAlsoWhenTheRestIsRefused) {
  // A name in capitals is an unknown field and a missing name; who hears of the second only looks for it in vain.
  TestApi api;
  const auto refused = api.send("POST", kMaps, R"({"METADATA":{"name":"a"}})");
  EXPECT_EQ(refused.status(), 422);
  ASSERT_TRUE(refused.header("Warning"));
  EXPECT_EQ(*refused.header("Warning"), R"(299 - "unknown field \"METADATA\"")");
}

TEST(Create, ADryRunLeavesNoTrace) {
  // `--dry-run=server` must tell what would happen, and do nothing.
  TestApi api;
  const auto dry = api.send("POST", std::string(kMaps) + "?dryRun=All", map_json("c1"));
  EXPECT_EQ(dry.status(), 201);
  EXPECT_EQ(dry.text("metadata.resourceVersion"), "");
  EXPECT_EQ(api.get(kMap).status(), 404);
  EXPECT_EQ(api.send("POST", std::string(kMaps) + "?dryRun=No", map_json("c1")).status(), 422);
}

TEST(Create, WhatIngressNginxToleratesIsRefused) {
  // The API answers as Kubernetes does; only manifests in a directory are read with more patience.
  TestApi api;
  const auto refused =
      api.send("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", R"({"metadata":{"name":"i"},"spec":{}})");
  EXPECT_EQ(refused.status(), 422);
}

TEST(Update, AStaleRevisionIsAConflict) {
  // Two people must not overwrite one another unseen.
  TestApi api;
  api.send("POST", kMaps, map_json("c1"));
  api.merge(kMap, R"({"data":{"b":"1"}})");
  const auto stale = api.send("PUT", kMap, R"({"metadata":{"name":"c1","resourceVersion":"2"},"data":{}})");
  EXPECT_EQ(stale.status(), 409);
  EXPECT_TRUE(stale.message().starts_with(R"(Operation cannot be fulfilled on configmaps "c1": the object has been modified)"));
  EXPECT_EQ(api.send("PUT", kMap, R"({"metadata":{"name":"c1"},"data":{}})").status(), 200);
  EXPECT_EQ(api.send("PUT", kMap, R"({"metadata":{"name":"c2"},"data":{}})").status(), 400);
}

TEST(Update, NothingChangedIsNoChange) {
  // Controllers that write what is there already must not wake one another for ever.
  TestApi api;
  const auto made = api.send("POST", kMaps, map_json("c1"));
  api.now += 60;
  const auto same = api.send("PUT", kMap, made.response.body);
  EXPECT_EQ(same.text("metadata.resourceVersion"), made.text("metadata.resourceVersion"));
  EXPECT_EQ(api.merge(kMap, R"({"data":{"a":"b"}})").text("metadata.resourceVersion"), made.text("metadata.resourceVersion"));
}

TEST(Update, GenerationCountsWhatIsWanted) {
  // A rollout is complete when the observed generation has caught up: labels and status must not count.
  TestApi api;
  EXPECT_EQ(api.send("POST", kDeployments, deployment_json("web")).number("metadata.generation"), 1);
  EXPECT_EQ(api.merge(kWeb, R"({"metadata":{"labels":{"a":"b"}}})").number("metadata.generation"), 1);
  EXPECT_EQ(api.merge(kWeb + "/status", R"({"status":{"replicas":2}})").number("metadata.generation"), 1);
  EXPECT_EQ(api.merge(kWeb, R"({"spec":{"replicas":3}})").number("metadata.generation"), 2);
}

TEST(Update, StatusAndSpecAreWrittenApart) {
  // A controller's status write must not undo a person's edit, nor the other way round.
  TestApi api;
  api.send("POST", kDeployments, deployment_json("web"));
  const auto status = api.merge(kWeb + "/status", R"({"spec":{"replicas":9},"status":{"replicas":2}})");
  EXPECT_EQ(status.number("spec.replicas"), 2);
  EXPECT_EQ(status.number("status.replicas"), 2);
  EXPECT_EQ(api.merge(kWeb, R"({"status":{"replicas":7}})").number("status.replicas"), 2);
}

TEST(Update, SelectorsStayAsTheyAre) {
  // A changed selector would leave the old Pods to nobody.
  TestApi api;
  api.send("POST", kDeployments, deployment_json("web"));
  const auto refused =
      api.merge(kWeb, R"({"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}}}}})");
  EXPECT_EQ(refused.status(), 422);
  EXPECT_NE(refused.message().find("field is immutable"), std::string::npos);
}

TEST(Scale, ReadsAndWritesTheReplicas) {
  // `kubectl scale` and autoscalers know nothing else of a workload.
  TestApi api;
  api.send("POST", kDeployments, deployment_json("web"));
  const auto scale = api.get(kWeb + "/scale");
  EXPECT_EQ(scale.number("spec.replicas"), 2);
  EXPECT_EQ(scale.text("status.selector"), "app=web");
  EXPECT_EQ(api.merge(kWeb + "/scale", R"({"spec":{"replicas":5}})").text("kind"), "Scale");
  EXPECT_EQ(api.get(kWeb).number("spec.replicas"), 5);
  EXPECT_EQ(api.merge(kWeb + "/scale", R"({"spec":{"replicas":-1}})").status(), 422);
}

TEST(Patch, EveryTypeGoesItsWay) {
  // kubectl uses all four.
  TestApi api;
  api.send("POST", kDeployments, deployment_json("web"));
  const auto strategic =
      api.send("PATCH", kWeb, R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nginx:2"}]}}}})",
               "application/strategic-merge-patch+json");
  EXPECT_EQ(strategic.status(), 200);
  const auto json =
      api.send("PATCH", kWeb, R"([{"op":"replace","path":"/spec/replicas","value":4}])", "application/json-patch+json");
  EXPECT_EQ(json.number("spec.replicas"), 4);
  EXPECT_EQ(api.send("PATCH", kWeb, "{}", "application/xml").status(), 415);
  EXPECT_EQ(api.merge(kWeb + "x", "{}").status(), 404);
  EXPECT_EQ(api.merge(kWeb, R"({"metadata":{"name":"other"}})").status(), 400);
}

TEST(Patch, SeesOwnersAsTheyAreShown) {
  // A store keeps them packed; a JSON patch walks into them, and may take them away.
  TestApi api;
  api.send("POST", kMaps, map_json("c1"));
  const auto patch = [&](const char* body) { return api.send("PATCH", kMap, body, "application/json-patch+json"); };
  EXPECT_EQ(patch(R"([{"op":"test","path":"/metadata/managedFields/0/operation","value":"Apply"}])").status(), 422);
  EXPECT_EQ(patch(R"([{"op":"test","path":"/metadata/managedFields/0/operation","value":"Update"}])").status(), 200);
  EXPECT_TRUE(find_path(api.get(kMap).body, "metadata.managedFields"));
  EXPECT_EQ(patch(R"([{"op":"replace","path":"/metadata/managedFields","value":[{}]}])").status(), 200);
  EXPECT_FALSE(find_path(api.get(kMap).body, "metadata.managedFields"));
}

TEST(Patch, AnApplyCreatesOwnsAndConflicts) {
  // Server-side apply is how Helm and GitOps tools share objects with people.
  TestApi api;
  const std::string type = "application/apply-patch+yaml";
  const std::string body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c1\ndata:\n  a: ";
  EXPECT_EQ(api.send("PATCH", kMap + "?fieldManager=one", body + "x\n", type).status(), 201);
  const auto conflict = api.send("PATCH", kMap + "?fieldManager=two", body + "z\n", type);
  EXPECT_EQ(conflict.status(), 409);
  EXPECT_NE(conflict.message().find("conflict with \"one\""), std::string::npos);
  EXPECT_EQ(api.send("PATCH", kMap + "?fieldManager=two&force=true", body + "z\n", type).text("data.a"), "z");
  EXPECT_EQ(api.send("PATCH", kMap, body + "z\n", type).status(), 422);
}

TEST(Delete, FinalizersKeepAnObjectUntilTheLastIsGone) {
  // Who has to clean up outside must see the object until that is done.
  TestApi api;
  api.send("POST", kMaps, R"({"metadata":{"name":"c1","finalizers":["a.b/c"]}})");
  const auto marked = api.send("DELETE", kMap);
  EXPECT_EQ(marked.text("kind"), "ConfigMap");
  EXPECT_FALSE(marked.text("metadata.deletionTimestamp").empty());
  EXPECT_EQ(api.merge(kMap, R"({"metadata":{"finalizers":["a.b/c","d.e/f"]}})").status(), 422);
  EXPECT_EQ(api.merge(kMap, R"({"metadata":{"finalizers":null}})").status(), 200);
  EXPECT_EQ(api.get(kMap).status(), 404);
}

TEST(Delete, AnswersWhatWasDeleted) {
  // kubectl waits for that uid to be gone.
  TestApi api;
  const auto made = api.send("POST", kMaps, map_json("c1"));
  const auto wrong = api.send("DELETE", kMap, R"({"preconditions":{"uid":"other"}})");
  EXPECT_EQ(wrong.status(), 409);
  const auto gone = api.send("DELETE", kMap);
  EXPECT_EQ(gone.text("status"), "Success");
  EXPECT_EQ(gone.text("details.uid"), made.text("metadata.uid"));
  EXPECT_EQ(api.send("DELETE", "/api/v1/namespaces/default").status(), 403);
}

TEST(Delete, ACollectionGoesByItsSelector) {
  // Deleting too much is the worst a selector can do.
  TestApi api;
  for (const char* name : {"a", "b"}) api.send("POST", kMaps, map_json(name, "x"));
  api.send("POST", kMaps, map_json("c", "y"));
  EXPECT_EQ(size_at(api.send("DELETE", std::string(kMaps) + "?labelSelector=t%3Dx").body, "items"), 2);
  EXPECT_EQ(api.names(kMaps), "c");
  EXPECT_EQ(api.send("DELETE", "/api/v1/configmaps").status(), 405);
}

TEST(Methods, WhatIsNotServedIsRefused) {
  // A silent 200 would be taken for done.
  TestApi api;
  EXPECT_EQ(api.send("OPTIONS", kMap).status(), 405);
  EXPECT_EQ(api.send("POST", kMap, map_json("c1")).status(), 405);
  EXPECT_EQ(api.send("POST", kMaps, map_json("c1"), "application/xml").status(), 415);
  EXPECT_EQ(api.get(kMap + "/log").status(), 404);
}

TEST(Patching, WhatAPatchSaysTwiceIsToldOrRefused) {
  // The last value wins; whoever wrote the first one should know.
  TestApi api;
  api.send("POST", kMaps, map_json("a"));
  const std::string path = kMaps + std::string("/a"), twice = R"({"data":{"x":"1","x":"2"}})";
  for (const char* type : {"application/merge-patch+json", "application/strategic-merge-patch+json"}) {
    const auto patched = api.send("PATCH", path, twice, type);
    EXPECT_EQ(patched.text("data.x"), "2");
    ASSERT_TRUE(patched.header("Warning")) << type;
    EXPECT_EQ(*patched.header("Warning"), R"(299 - "duplicate field \"data.x\"")");
    EXPECT_EQ(api.send("PATCH", path + "?fieldValidation=Strict", twice, type).status(), 422);
  }
}

TEST(Patching, AnEmptyListOfOwnersForgetsThem) {
  // The way that Kubernetes' documentation names to get rid of them.
  TestApi api;
  api.send("POST", kMaps, map_json("a"));
  const std::string path = kMaps + std::string("/a");
  EXPECT_EQ(size_at(api.get(path).body, "metadata.managedFields"), 1);
  EXPECT_EQ(size_at(api.merge(path, R"({"metadata":{"managedFields":[]}})").body, "metadata.managedFields"), 0);
}

TEST(Patching, TheKindOfAnObjectStays) {
  // A right to ConfigMaps must lead to no other kind.
  TestApi api;
  api.send("POST", kMaps, map_json("a"));
  for (const char* body : {R"({"kind":"Secret"})", R"({"apiVersion":"v2"})", R"({"apiVersion":"apps/v1","kind":"Deployment"})"}) {
    EXPECT_EQ(api.merge(kMaps + std::string("/a"), body).status(), 422) << body;
    EXPECT_EQ(api.send("PATCH", kMaps + std::string("/a?dryRun=All"), body, "application/strategic-merge-patch+json").status(),
              422);
  }
  EXPECT_EQ(api.merge(kMaps + std::string("/a"), R"({"kind":null,"data":{"a":"c"}})").text("data.a"), "c");
}

}  // namespace
}  // namespace graylane::apiserver
