#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/default/pods";
constexpr const char* kBudgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

class Evicting : public ::testing::Test {
 protected:
  /// A Pod on a node, so that it has to end rather than to vanish.
  void run_pod(const std::string& name, bool ready = true, const std::string& phase = "Running", const std::string& owner = "") {
    const std::string owners = owner.empty() ? ""
                                             : R"(,"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":")" +
                                                   owner + R"(","uid":"u","controller":true}])";
    const auto made = api_.send("POST", kPods,
                                R"({"metadata":{"name":")" + name + R"(","labels":{"app":"web"})" + owners +
                                    R"(},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
    ASSERT_EQ(made.status(), 201) << made.message();
    api_.merge(at(name) + "/status", R"({"status":{"phase":")" + phase + R"(","conditions":[{"type":"Ready","status":")" +
                                         (ready ? "True" : "False") + R"("}]}})");
  }
  void allow(const std::string& name, const std::string& rule) {
    const auto made =
        api_.send("POST", kBudgets,
                  R"({"metadata":{"name":")" + name + R"("},"spec":{)" + rule + R"(,"selector":{"matchLabels":{"app":"web"}}}})");
    ASSERT_EQ(made.status(), 201) << made.message();
  }
  TestAnswer evict(const std::string& name, const std::string& more = "", const std::string& query = "") {
    return api_.send("POST", at(name) + "/eviction" + query,
                     R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":")" + name + R"("})" + more + "}");
  }
  static std::string at(const std::string& name) { return std::string(kPods) + "/" + name; }
  static std::string cause(const TestAnswer& answer) { return answer.text("details.causes[0].message"); }

  bool is_leaving(const std::string& name) { return !api_.get(at(name)).text("metadata.deletionTimestamp").empty(); }

  TestApi api_;
};

TEST_F(Evicting, APodIsToldWhyItEndsAndHowLongItMayTake) {
  // `kubectl drain --grace-period` sends its options inside of the Eviction.
  run_pod("a");
  const auto done = evict("a", R"(,"deleteOptions":{"gracePeriodSeconds":7})");
  EXPECT_EQ(done.status(), 201);
  EXPECT_EQ(done.text("status"), "Success");
  const auto pod = api_.get(at("a"));
  EXPECT_EQ(pod.number("metadata.deletionGracePeriodSeconds"), 7);
  EXPECT_NE(pod.response.body.find("DisruptionTarget"), std::string::npos);
}

TEST_F(Evicting, ADryRunDeletesNothing) {
  // It may be asked for by the query or in the options.
  run_pod("a");
  EXPECT_EQ(evict("a", R"(,"deleteOptions":{"dryRun":["All"]})").status(), 201);
  EXPECT_EQ(evict("a", "", "?dryRun=All").status(), 201);
  EXPECT_FALSE(is_leaving("a"));
}

TEST_F(Evicting, PreconditionsHold) {
  // Who means another Pod of that name must not end this one.
  run_pod("a");
  EXPECT_EQ(evict("a", R"(,"deleteOptions":{"preconditions":{"uid":"other"}})").status(), 409);
  EXPECT_EQ(evict("a", R"(,"deleteOptions":{"preconditions":{"resourceVersion":"1"}})").status(), 409);
  EXPECT_EQ(api_.send("POST", at("a") + "/eviction", R"({"metadata":{"name":"b"}})").message(),
            "name in URL does not match name in Eviction object");
  EXPECT_FALSE(is_leaving("a"));
}

TEST_F(Evicting, ABudgetKeepsItsPods) {
  // This is what people make budgets for: drain waits until another Pod is ready.
  run_pod("a");
  run_pod("b");
  allow("two", R"("minAvailable":2)");
  const auto refused = evict("a");
  EXPECT_EQ(refused.status(), 429);
  EXPECT_EQ(refused.text("reason"), "TooManyRequests");
  EXPECT_NE(refused.response.body.find("The disruption budget two needs 2 healthy pods and has 2 currently"), std::string::npos);
  run_pod("c");
  EXPECT_EQ(evict("a").status(), 201);
  EXPECT_EQ(evict("b").status(), 429) << "one that is ending counts no more";
  EXPECT_TRUE(is_leaving("a"));
  EXPECT_FALSE(is_leaving("b"));
}

TEST_F(Evicting, ABudgetCountsByWhatIsWanted) {
  // Of three replicas that should be, one may be missing, and one is missing already.
  api_.send("POST", "/apis/apps/v1/namespaces/default/replicasets",
            R"({"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},)"
            R"("template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  const std::string uid = api_.get("/apis/apps/v1/namespaces/default/replicasets/web").text("metadata.uid");
  for (const char* name : {"a", "b"}) {
    run_pod(name, true, "Running", "web");
    api_.merge(at(name), R"({"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":")" +
                             uid + R"(","controller":true}]}})");
  }
  allow("one", R"("maxUnavailable":1)");
  EXPECT_EQ(evict("a").status(), 429);
  run_pod("c", true, "Running", "web");
  api_.merge(at("c"), R"({"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":")" +
                          uid + R"(","controller":true}]}})");
  EXPECT_EQ(evict("a").status(), 201);
}

TEST_F(Evicting, ABudgetThatCannotBeCountedAllowsNothing) {
  // Whose owner is gone: how many there should be is not known.
  run_pod("a", true, "Running", "gone");
  allow("half", R"("minAvailable":"50%")");
  const auto refused = evict("a");
  EXPECT_EQ(refused.status(), 429);
  EXPECT_NE(refused.response.body.find("because it failed sync: found no controllers for pod"), std::string::npos);
}

TEST_F(Evicting, AnUnreadyPodGoesWhenTheOthersAreEnough) {
  // Its end makes nothing worse; but while the others are too few, it may yet become ready.
  run_pod("a");
  run_pod("sick", false);
  allow("b", R"("minAvailable":1)");
  EXPECT_EQ(evict("sick").status(), 201);
  run_pod("sick2", false);
  api_.merge(std::string(kBudgets) + "/b", R"({"spec":{"minAvailable":2}})");
  EXPECT_EQ(evict("sick2").status(), 429);
  api_.merge(std::string(kBudgets) + "/b", R"({"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}})");
  EXPECT_EQ(evict("sick2").status(), 201);
}

TEST_F(Evicting, WhatDoesNotRunIsNotAskedAbout) {
  // A Pending Pod serves nobody yet; drain must not wait for it.
  allow("all", R"("maxUnavailable":0)");
  run_pod("waits", false, "Pending");
  run_pod("failed", false, "Failed");
  EXPECT_EQ(evict("waits").status(), 201);
  EXPECT_EQ(evict("failed").status(), 201);
}

TEST_F(Evicting, TwoBudgetsForOnePodAreTooMany) {
  // Which one holds is not known; the original says so with this status.
  run_pod("a");
  allow("one", R"("minAvailable":0)");
  allow("two", R"("minAvailable":0)");
  EXPECT_EQ(evict("a").status(), 500);
}

TEST_F(Evicting, BothVersionsAreRead) {
  // Descheduler and older kubectl send v1beta1, though discovery names v1.
  run_pod("a");
  EXPECT_EQ(api_.send("POST", at("a") + "/eviction", R"({"apiVersion":"policy/v2","kind":"Eviction","metadata":{"name":"a"}})")
                .status(),
            400);
  EXPECT_EQ(
      api_.send("POST", at("a") + "/eviction", R"({"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"a"}})")
          .status(),
      201);
  EXPECT_NE(api_.get("/api/v1").response.body.find("pods/eviction"), std::string::npos);
  EXPECT_EQ(api_.get(at("a") + "/eviction").status(), 405);
}

TEST_F(Evicting, AProtobufBodyIsRead) {
  // Typed clients send core objects so. Eviction{metadata{name: "a"}} in its envelope.
  run_pod("a");
  const std::string metadata = std::string("\x0a\x03\x0a\x01", 4) + "a";  // 1: ObjectMeta {1: "a"}
  const std::string type = std::string("\x0a\x09") + "policy/v1" + std::string("\x12\x08") + "Eviction";
  const auto sized = [](char field, const std::string& bytes) {
    return field + std::string(1, static_cast<char>(bytes.size())) + bytes;
  };
  const std::string body = std::string("k8s\0", 4) + sized('\x0a', type) + sized('\x12', metadata);
  const auto done = api_.send("POST", at("a") + "/eviction", body, "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(done.status(), 201) << done.message();
  EXPECT_TRUE(is_leaving("a"));
}

class Binding : public ::testing::Test {
 protected:
  static std::string body(const std::string& name, const std::string& target = R"("kind":"Node","name":"n")") {
    return R"({"metadata":{"name":")" + name + R"("},"target":{)" + target + "}}";
  }
  void SetUp() override {
    api_.send("POST", kPods, R"({"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  }
  std::string node() { return api_.get(std::string(kPods) + "/a").text("spec.nodeName"); }

  static constexpr const char* kBindings = "/api/v1/namespaces/default/bindings";
  static constexpr const char* kBinding = "/api/v1/namespaces/default/pods/a/binding";
  TestApi api_;
};

TEST_F(Binding, TheOldPathBindsToo) {
  // Schedulers of the first days, and their tests, post there.
  const auto done = api_.send("POST", kBindings, body("a"));
  EXPECT_EQ(done.status(), 201) << done.message();
  EXPECT_EQ(done.number("code"), 201);
  EXPECT_EQ(node(), "n");
  EXPECT_EQ(api_.send("POST", kBindings, body("a")).status(), 409);
  EXPECT_EQ(api_.send("POST", kBindings, body("b")).status(), 404);
  EXPECT_EQ(api_.send("POST", kBindings, R"({"target":{"name":"n"}})").message(), "Name parameter required.");
  EXPECT_EQ(api_.get(kBindings).status(), 405);
  EXPECT_NE(api_.get("/api/v1").response.body.find(R"("name":"bindings")"), std::string::npos);
}

TEST_F(Binding, IsForThePodOfThePath) {
  // A scheduler that mixes two up must not bind the wrong one.
  EXPECT_EQ(api_.send("POST", kBinding, body("b")).message(), "name in URL does not match name in Binding object");
  EXPECT_EQ(api_.send("POST", kBinding, body("a", R"("kind":"Pod","name":"n")")).status(), 422);
  EXPECT_EQ(api_.send("POST", kBinding, body("a", "")).status(), 422);
  EXPECT_EQ(node(), "");
}

TEST_F(Binding, AProtobufBodyIsRead) {
  // A scheduler on client-go sends it so. Binding{metadata{name: "a"}, target{name: "n"}} in its envelope.
  const auto sized = [](char field, const std::string& bytes) {
    return field + std::string(1, static_cast<char>(bytes.size())) + bytes;
  };
  const std::string type = sized('\x0a', "v1") + sized('\x12', "Binding");
  const std::string message = sized('\x0a', sized('\x0a', "a")) + sized('\x12', sized('\x1a', "n"));
  const std::string sent = std::string("k8s\0", 4) + sized('\x0a', type) + sized('\x12', message);
  const auto done = api_.send("POST", kBinding, sent, "application/vnd.kubernetes.protobuf");
  EXPECT_EQ(done.status(), 201) << done.message();
  EXPECT_EQ(node(), "n");
}

}  // namespace
}  // namespace graylane::apiserver
