#include "daemon/pod_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/manifest.h"

namespace graylane::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kNow = 1'767'225'600;  // 2026-01-01T00:00:00Z

api::ObjectPtr object_of(const std::string& yaml) {
  api::Manifest manifest = api::read_manifest(yaml, std::make_shared<const std::string>("web.yaml"));
  EXPECT_EQ(manifest.objects.size(), 1u);
  return std::make_shared<const api::Object>(std::move(manifest.objects.front()));
}

api::ObjectPtr pod(const std::string& name, const std::string& status) {
  return object_of("{apiVersion: v1, kind: Pod, metadata: {name: " + name +
                   ", labels: {pod-template-hash: h1}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-h1,"
                   " uid: u, controller: true}]}, spec: {containers: [{name: c, image: i}]}, status: {" +
                   status + "}}");
}

std::string container(const std::string& state) { return "containerStatuses: [{name: c, ready: false, " + state + "}]"; }

std::vector<Finding> find(const std::vector<api::ObjectPtr>& pods) {
  const auto deployment = object_of(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}}, template: "
      "{metadata: "
      "{labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}");
  const auto set = object_of(
      "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-h1, ownerReferences: [{apiVersion: apps/v1, kind: Deployment,"
      " name: web, uid: d, controller: true}]}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
      " spec: {containers: [{name: c, image: i}]}}}}");
  const auto by_key = [&](const api::ObjectKey& key) {
    return key == deployment->key ? deployment : key == set->key ? set : nullptr;
  };
  return pod_findings(pods, by_key, kNow);
}

TEST(PodFindings, OneForAllPodsOfATemplate) {
  // Three replicas with one typing error are one mistake, made in the Deployment's file.
  const std::string waiting = container("state: {waiting: {reason: ErrImageNotMapped, message: no program is known}}");
  const auto found = find({pod("web-1", waiting), pod("web-2", waiting), pod("web-3", waiting)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].diagnostic.id, "pod-err-image-not-mapped");
  EXPECT_EQ(found[0].diagnostic.object, "Deployment default/web");
  EXPECT_EQ(found[0].diagnostic.where.to_string(), "web.yaml:1:1");
  EXPECT_THAT(found[0].diagnostic.message, HasSubstr("no program is known"));
  EXPECT_EQ(found[0].patience.count(), 0);
}

TEST(PodFindings, ACrashIsOneMistakeThroughAllItsRestarts) {
  // The back-off's message changes with every round, and between two rounds the program runs.
  const std::string end = "{terminated: {exitCode: 7, reason: Error, message: cannot start}}";
  const auto waiting =
      find({pod("web-1", container("lastState: " + end + ", state: {waiting: {reason: CrashLoopBackOff, message: a}}"))});
  const auto again =
      find({pod("web-1", container("lastState: " + end + ", state: {waiting: {reason: CrashLoopBackOff, message: b}}"))});
  const auto running =
      find({pod("web-1", container("lastState: " + end + ", state: {running: {startedAt: '2025-12-31T23:59:50Z'}}"))});
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_THAT(waiting[0].diagnostic.message, HasSubstr("ended with exit code 7: cannot start"));
  ASSERT_THAT(again, SizeIs(1));
  ASSERT_THAT(running, SizeIs(1));
  EXPECT_EQ(waiting[0].key, again[0].key);
  EXPECT_EQ(waiting[0].key, running[0].key);
  EXPECT_THAT(find({pod("web-1", container("lastState: " + end + ", state: {running: {startedAt: '2025-12-31T23:58:00Z'}}"))}),
              IsEmpty());
}

TEST(PodFindings, ACordonedNodeIsNamedAsTheReason) {
  // A new Pod waits without end, and "unschedulable" does not say who has to do what.
  const auto found = find({pod("web-1",
                               "conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: "
                               "'0/1 nodes are available: 1 node(s) were unschedulable.'}]")});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].diagnostic.fix, "the node is cordoned: kubectl uncordon graylane");
}

TEST(PodFindings, WhoWentDownWithUsDidNotCrash) {
  // After a power cut every bare Pod has such an end behind it; a warning for each sends people after a fault that is not there.
  const std::string end = "{terminated: {exitCode: 137, signal: 9, reason: NodeRestart, message: graylane ended}}";
  EXPECT_THAT(find({pod("web-1", container("lastState: " + end + ", state: {running: {startedAt: '2025-12-31T23:59:59Z'}}"))}),
              IsEmpty());
  EXPECT_THAT(find({pod("web-1", container("lastState: " + end + ", state: {waiting: {reason: ContainerCreating}}"))}),
              IsEmpty());
  const auto stays = find({pod("once", container("state: " + end))});
  ASSERT_THAT(stays, SizeIs(1)) << "of restartPolicy Never: somebody has to do something";
  EXPECT_EQ(stays[0].diagnostic.id, "pod-node-restart");
  EXPECT_THAT(stays[0].diagnostic.message, HasSubstr("NodeRestart: graylane ended; its restartPolicy does not run it again"));
}

TEST(PodFindings, APortThatIsTakenIsSaidAsSuch) {
  // "Exit code 1" would send people to the program's log for what is known here.
  const auto found = find({pod("web-1", container("state: {waiting: {reason: PortTaken, message: x}}, lastState: {terminated: "
                                                  "{exitCode: 1, reason: PortTaken, message: port 80 is taken by process 5}}"))});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].diagnostic.id, "pod-port-taken");
  EXPECT_THAT(found[0].diagnostic.message, HasSubstr("port 80 is taken by process 5"));
}

TEST(PodFindings, APodThatStartsIsNone) {
  // Every Pod is not ready at first.
  EXPECT_THAT(find({pod("web-1", container("state: {waiting: {reason: ContainerCreating}}"))}), IsEmpty());
  const auto found = find({pod(
      "web-1", container("state: {running: {}}") +
                   ", conditions: [{type: Ready, status: 'False', reason: ContainersNotReady, message: 'container c: 503'}]")});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_GE(found[0].patience, std::chrono::seconds(5));
}

}  // namespace
}  // namespace graylane::daemon
