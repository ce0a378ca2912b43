// Server-side apply of /scale: what an autoscaler does that must not fight with others.
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

const std::string kWeb = std::string(kDeployments) + "/web";
constexpr const char* kApplyType = "application/apply-patch+yaml";

class ScaleApply : public ::testing::Test {
 protected:
  void SetUp() override { api_.send("POST", std::string(kDeployments) + "?fieldManager=maker", deployment_json("web")); }

  TestAnswer apply(int replicas, const std::string& manager, const std::string& more = "") {
    return send(R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web"},"spec":{"replicas":)" +
                    std::to_string(replicas) + "}}",
                manager, more);
  }
  TestAnswer send(std::string body, const std::string& manager, const std::string& more = "") {
    return api_.send("PATCH", kWeb + "/scale?fieldManager=" + manager + more, std::move(body), kApplyType);
  }
  /// "hpa/Apply/scale maker/Update/": who owns spec.replicas.
  std::string owners() {
    std::string joined;
    const TestAnswer web = api_.get(kWeb + "?x");
    for (const doc::Value& entry : *web.body.find("metadata")->find("managedFields")->as_array()) {
      if (!find_path(entry, "fieldsV1.f:spec.f:replicas")) continue;
      joined += (joined.empty() ? "" : " ") + text_at(entry, "manager") + "/" + text_at(entry, "operation") + "/" +
                text_at(entry, "subresource");
    }
    return joined;
  }
  int64_t replicas() { return api_.get(kWeb).number("spec.replicas"); }

  TestApi api_;
};

TEST_F(ScaleApply, IsRefusedWhereSomebodyElseOwnsTheReplicas) {
  // Two who set the same number back and forth is what ownership is there to prevent.
  const auto refused = apply(3, "hpa");
  EXPECT_EQ(refused.status(), 409);
  EXPECT_EQ(refused.message(), "Apply failed with 1 conflict: conflict with \"maker\" using autoscaling/v1: .spec.replicas");
  EXPECT_EQ(replicas(), 2);
}

TEST_F(ScaleApply, TakesTheReplicasByForceAndNothingElse) {
  // The rest of the object stays with who wrote it.
  const auto done = apply(3, "hpa", "&force=true");
  EXPECT_EQ(done.status(), 200) << done.message();
  EXPECT_EQ(done.text("kind"), "Scale");
  EXPECT_EQ(done.number("spec.replicas"), 3);
  EXPECT_EQ(owners(), "hpa/Apply/scale");
  EXPECT_EQ(api_.get(kWeb).number("metadata.generation"), 2);
  EXPECT_NE(api_.get(kWeb).response.body.find(R"("f:revisionHistoryLimit")"), std::string::npos);
  EXPECT_EQ(apply(4, "other").message(),
            "Apply failed with 1 conflict: conflict with \"hpa\" with subresource \"scale\": .spec.replicas");
  EXPECT_EQ(apply(4, "hpa").status(), 200);
  EXPECT_EQ(replicas(), 4);
}

TEST_F(ScaleApply, TheSameNumberIsSharedAndChangesNothing) {
  // Who agrees has no conflict; who applies again writes nothing.
  EXPECT_EQ(apply(2, "hpa").status(), 200);
  EXPECT_EQ(owners(), "hpa/Apply/scale maker/Update/");
  const std::string before = api_.get(kWeb).text("metadata.resourceVersion");
  EXPECT_EQ(apply(2, "hpa").status(), 200);
  EXPECT_EQ(api_.get(kWeb).text("metadata.resourceVersion"), before);
}

TEST_F(ScaleApply, AnApplierOfTheObjectIsAnotherOne) {
  // The same program by both doors: the original keeps them apart too.
  EXPECT_EQ(
      api_.send("PATCH", kWeb + "?fieldManager=hpa&force=true",
                R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":4}})", kApplyType)
          .status(),
      200);
  EXPECT_EQ(apply(5, "hpa").message(), "Apply failed with 1 conflict: conflict with \"hpa\": .spec.replicas");
}

TEST_F(ScaleApply, LosesTheReplicasToAnUpdate) {
  // `kubectl scale` is an update; the next apply must see that.
  apply(3, "hpa", "&force=true");
  api_.merge(kWeb + "/scale?fieldManager=me", R"({"spec":{"replicas":6}})");
  EXPECT_EQ(owners(), "me/Update/scale");
  EXPECT_EQ(apply(3, "hpa").status(), 409);
}

TEST_F(ScaleApply, NoReplicasAreNobodys) {
  // Who gives up the replicas leaves none, as on a cluster; then anybody may take them. A zero is not shown, but can be patched.
  apply(3, "hpa", "&force=true");
  EXPECT_EQ(send(R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web"}})", "hpa").status(), 200);
  EXPECT_EQ(replicas(), 0);
  EXPECT_EQ(owners(), "");
  EXPECT_FALSE(find_path(api_.get(kWeb + "/scale").body, "spec.replicas"));
  const auto patched =
      api_.send("PATCH", kWeb + "/scale",
                R"([{"op":"test","path":"/spec/replicas","value":0},{"op":"replace","path":"/spec/replicas","value":0}])",
                "application/json-patch+json");
  EXPECT_EQ(patched.status(), 200) << patched.message();
  EXPECT_EQ(apply(5, "other").status(), 200);
  EXPECT_EQ(owners(), "other/Apply/scale");
}

TEST_F(ScaleApply, RefusesWhatIsNoScaleOfThis) {
  // A mistake must not scale to nothing.
  EXPECT_EQ(
      send(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":5}})", "hpa").message(),
      "invalid object type: apps/v1, Kind=Deployment");
  EXPECT_EQ(apply(-1, "hpa", "&force=true").status(), 422);
  const std::string head = R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":)";
  EXPECT_EQ(send(head + R"({"name":"other"},"spec":{"replicas":2}})", "hpa").status(), 400);
  EXPECT_EQ(send(head + R"({"name":"web"},"spec":{"nope":2}})", "hpa").status(), 400);
  EXPECT_EQ(send(head + R"({"name":"web","uid":"x"},"spec":{"replicas":2}})", "hpa").status(), 409);
  EXPECT_EQ(send(head + R"({"name":"web","resourceVersion":"1"},"spec":{"replicas":3}})", "hpa", "&force=true").status(), 409);
  EXPECT_EQ(apply(7, "hpa", "&force=true&dryRun=All").number("spec.replicas"), 7);
  EXPECT_EQ(replicas(), 2);
}

TEST_F(ScaleApply, KnowsWhereACustomResourceHasItsReplicas) {
  // Rollouts are such; the original fails here.
  api_.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            R"({"metadata":{"name":"things.x.io"},"spec":{"group":"x.io","scope":"Namespaced","names":{"plural":"things",)"
            R"("kind":"Thing","singular":"thing"},"versions":[{"name":"v1","served":true,"storage":true,"schema":)"
            R"({"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},"subresources":)"
            R"({"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}}}]}})");
  const std::string things = "/apis/x.io/v1/namespaces/default/things";
  ASSERT_EQ(api_.send("POST", things + "?fieldManager=maker",
                      R"({"apiVersion":"x.io/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"size":2}})")
                .status(),
            201);
  const std::string scale = R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"t"},"spec":{"replicas":3}})";
  EXPECT_EQ(api_.send("PATCH", things + "/t/scale?fieldManager=hpa", scale, kApplyType).status(), 409);
  EXPECT_EQ(api_.send("PATCH", things + "/t/scale?fieldManager=hpa&force=true", scale, kApplyType).status(), 200);
  EXPECT_EQ(api_.get(things + "/t").number("spec.size"), 3);
  EXPECT_NE(api_.get(things + "/t").response.body.find(R"("subresource":"scale")"), std::string::npos);
}

}  // namespace
}  // namespace graylane::apiserver
