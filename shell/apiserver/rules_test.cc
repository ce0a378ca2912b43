#include <gtest/gtest.h>

#include "apiserver/cron_schedule.h"
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/default/pods";
constexpr const char* kEndpoints = "/api/v1/namespaces/default/endpoints";

std::string pod_json(const std::string& name, const std::string& more = "") {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"containers":[{"name":"c","image":"i:1"}])" + more + "}}";
}

/// Puts what the API would refuse into the store, as a directory does.
void put(TestApi& api, const std::string& json) {
  api::Decoded decoded = api::decode(doc::parse_json(json, nullptr).documents.at(0), nullptr);
  ASSERT_TRUE(decoded.object);
  bool done = false;
  api.store().submit({control::Change::create(*std::move(decoded.object))},
                     [&](const auto& written) { done = written.has_value(); });
  ASSERT_TRUE(done);
}

TEST(Rules, WhatWasLetInOnceMayStay) {
  // Services that this program serves have loopback addresses; who labels their endpoints changes nothing of that.
  TestApi api;
  put(api, R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"e","namespace":"default","uid":"u"},)"
           R"("subsets":[{"addresses":[{"ip":"127.10.0.1"}],"ports":[{"port":80,"protocol":"TCP"}]}]})");
  const std::string one = std::string(kEndpoints) + "/e";
  EXPECT_EQ(api.merge(one, R"({"metadata":{"labels":{"a":"b"}}})").status(), 200);
  const auto moved = api.merge(one, R"({"subsets":[{"addresses":[{"ip":"127.10.0.2"}]}]})");
  EXPECT_EQ(moved.status(), 422);
  EXPECT_NE(moved.message().find("may not be in the loopback range"), std::string::npos) << moved.message();
  EXPECT_EQ(api.send("POST", kEndpoints, R"({"metadata":{"name":"f"},"subsets":[{"addresses":[{"ip":"127.0.0.1"}]}]})").status(),
            422);
}

TEST(Rules, ASelectorThatChangesIsToldTogetherWithWhatItBreaks) {
  // kubectl shows all of it; of "does not match" alone nobody learns that a selector cannot change.
  TestApi api;
  ASSERT_EQ(api.send("POST", kDeployments, deployment_json("d")).status(), 201);
  const auto changed = api.merge(std::string(kDeployments) + "/d", R"({"spec":{"selector":{"matchLabels":{"app":"x"}}}})");
  EXPECT_EQ(changed.status(), 422);
  EXPECT_NE(changed.message().find("`selector` does not match template `labels`"), std::string::npos) << changed.message();
  EXPECT_NE(changed.message().find("field is immutable"), std::string::npos) << changed.message();
}

TEST(Rules, AStatusIsWrittenWhateverTheSpecBreaks) {
  // Controllers report about objects that a directory holds, too.
  TestApi api;
  put(api, R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i","namespace":"default","uid":"u"},)"
           R"("spec":{"ingressClassName":"A_","rules":[{"host":"a.test"}]}})");
  const std::string status = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/i/status";
  EXPECT_EQ(api.merge(status, R"({"status":{"loadBalancer":{"ingress":[{"hostname":"a.test"}]}}})").status(), 200);
}

TEST(Priority, IsThatOfThePodsClass) {
  // Who is evicted for whom hangs on the number, which people give by name.
  TestApi api;
  const auto make = [&](const std::string& name, const std::string& more) {
    return api.send("POST", kPods, pod_json(name, more));
  };
  EXPECT_EQ(make("a", "").number("spec.priority"), 0);
  EXPECT_EQ(make("b", R"(,"priorityClassName":"system-node-critical")").number("spec.priority"), 2'000'001'000);
  const auto unknown = make("c", R"(,"priorityClassName":"high")");
  EXPECT_EQ(unknown.status(), 403);
  EXPECT_EQ(unknown.message(), R"(pods "c" is forbidden: no PriorityClass with name high was found)");
  const std::string classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  ASSERT_EQ(api.send("POST", classes, R"({"metadata":{"name":"high"},"value":7,"preemptionPolicy":"Never"})").status(), 201);
  const auto known = make("c", R"(,"priorityClassName":"high")");
  EXPECT_EQ(known.number("spec.priority"), 7);
  EXPECT_EQ(known.text("spec.preemptionPolicy"), "Never");
  EXPECT_EQ(make("d", R"(,"priorityClassName":"high","priority":8)").status(), 403);
  ASSERT_EQ(api.send("POST", classes, R"({"metadata":{"name":"usual"},"value":3,"globalDefault":true})").status(), 201);
  EXPECT_EQ(make("d", "").text("spec.priorityClassName"), "usual");
}

TEST(Priority, OnlyOneClassIsForPodsWithoutOne) {
  // Of two, which one counts would hang on their numbers; people hear of it when they make the second.
  TestApi api;
  const std::string classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const auto make = [&](const char* name, const char* is_default) {
    return api.send("POST", classes,
                    std::string(R"({"metadata":{"name":")") + name + R"("},"value":3,"globalDefault":)" + is_default + "}");
  };
  const auto first = make("a", "true");
  EXPECT_EQ(first.status(), 201);
  EXPECT_EQ(first.header("Warning"), nullptr);  // Pods do get it
  const auto second = make("b", "true");
  EXPECT_EQ(second.status(), 403);
  EXPECT_EQ(second.message(),
            R"(priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default.)"
            " Only one default can exist");
  EXPECT_EQ(make("c", "false").status(), 201);
  EXPECT_EQ(api.merge(classes + "/c", R"({"globalDefault":true})").status(), 403);
  EXPECT_EQ(api.merge(classes + "/a", R"({"description":"for all"})").status(), 200);
  EXPECT_EQ(api.merge(classes + "/a", R"({"globalDefault":false})").status(), 200);
  EXPECT_EQ(api.merge(classes + "/c", R"({"globalDefault":true})").status(), 200);
}

TEST(Schedules, AreThoseOfTheOriginal) {
  // A schedule that is taken and never comes is found out a month later.
  for (const char* fine : {"0 0 1 1 *", "*/5 9-17 * * mon-fri", "0,30 */2 1-15/3 JAN-DEC 6", "? * * * *", "@daily",
                           "@every 1h30m", "CRON_TZ=UTC 0 0 * * *", "  0 0 * * *  "})
    EXPECT_EQ(schedule_problem(fine), "") << fine;
  EXPECT_EQ(schedule_problem("61 * * * *"), "end of range (61) above maximum (59): 61");
  EXPECT_EQ(schedule_problem("* * 0 * *"), "beginning of range (0) below minimum (1): 0");
  EXPECT_EQ(schedule_problem("5-1 * * * *"), "beginning of range (5) beyond end of range (1): 5-1");
  EXPECT_EQ(schedule_problem("*/0 * * * *"), "step of range should be a positive number: */0");
  EXPECT_EQ(schedule_problem("1-2-3 * * * *"), "too many hyphens: 1-2-3");
  EXPECT_EQ(schedule_problem("1/2/3 * * * *"), "too many slashes: 1/2/3");
  EXPECT_EQ(schedule_problem("x * * * *"), R"(failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax)");
  EXPECT_EQ(schedule_problem("* * *"), "expected exactly 5 fields, found 3: [* * *]");
  EXPECT_EQ(schedule_problem("@never"), "unrecognized descriptor: @never");
  for (const char* wrong : {"@every x", "@every ", "@every 1", "@every 1.2.3h", "TZ=0", "TZ=No/Where 0 0 * * *", ""})
    EXPECT_NE(schedule_problem(wrong), "") << wrong;
}

TEST(Schedules, ATimeZoneIsANameNoPath) {
  // The name leads to a file of the system's.
  EXPECT_EQ(time_zone_problem("UTC"), "");
  for (const char* name :
       {"../etc/passwd", "/etc/passwd", "Europe/../../etc", "Europe//Berlin", "-x", "a b", "No/Where", "Europe"})
    EXPECT_EQ(time_zone_problem(name), std::string("unknown time zone ") + name) << name;
}

TEST(Schedules, NoBodyTakesLong) {
  // Bodies are untrusted, and rules look at all of it.
  std::string schedule = "0";
  for (int i = 0; i < 200'000; ++i) schedule += ",0";
  EXPECT_EQ(schedule_problem(schedule + " * * * *"), "");
  EXPECT_NE(schedule_problem(std::string(1'000'000, '-') + " * * * *"), "");
}

TEST(Backends, FieldsOfTheOldVersionAreNamedAsSuch) {
  // Most manifests of the old days that are sent as v1 fail here.
  TestApi api;
  const auto answer = api.send("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses?fieldValidation=Strict",
                               R"({"metadata":{"name":"i"},"spec":{"rules":[{"http":{"paths":[{"path":"/","pathType":"Prefix",)"
                               R"("backend":{"serviceName":"s","servicePort":80}}]}}]}})");
  EXPECT_EQ(answer.status(), 400);
  EXPECT_NE(answer.message().find(R"(backend.serviceName" (of v1beta1; in v1: service.name))"), std::string::npos)
      << answer.message();
  EXPECT_NE(answer.message().find(R"(backend.servicePort" (of v1beta1; in v1: service.port.number)"), std::string::npos);
}

}  // namespace
}  // namespace graylane::apiserver
