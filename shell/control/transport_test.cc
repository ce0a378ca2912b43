// The controllers over a client that behaves as a transport to a real API server must: no batches, the status by an endpoint of its own,
// generations and uids given by the server.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "api/build.h"
#include "api/kinds.h"
#include "api/view_fields.h"
#include "api/workload.h"
#include "control/deployment_controller.h"
#include "control/disruption_controller.h"
#include "control/endpoints_controller.h"
#include "control/node_controller.h"
#include "control/object_parts.h"
#include "control/test_objects.h"
#include "doc/print.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

namespace fields = api::fields;
using doc::Value;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

class ClusterLike final : public Client {
 public:
  explicit ClusterLike(Client& store) : store_(store) {}

  Result<api::ObjectPtr> get(const api::ObjectKey& key) override { return store_.get(key); }
  Result<Listing> list(const Selector& selector) override {
    if (selector.kind.empty()) return fail(ErrorCode::kUnsupported, "there is no list of all kinds");
    return store_.list(selector);
  }
  std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) override { return store_.watch(selector, since); }

  Result<api::ObjectPtr> create(api::Object object) override {
    if (has_status(object)) object.content.as_object()->erase("status");
    if (is_pod(object)) object.content.as_object()->set("status", api::make_object({{"phase", Value("Pending")}}));
    metadata_of(object).set("uid", Value("given-by-the-server-" + std::to_string(++uids_)));
    return store_.create(std::move(object));
  }
  Result<api::ObjectPtr> update(api::Object object) override {
    const auto live = store_.get(object.key);
    if (!live) return live;
    if (has_status(object)) keep(**live, object.content, "status");
    const Value* before = (*live)->find("spec");
    const Value* now = object.find("spec");
    keep(*metadata_of(**live), *object.content.as_object()->find("metadata"), "generation");
    if (before && now && *before != *now) count_generation(object);
    return store_.update(std::move(object));
  }
  Result<api::ObjectPtr> apply(api::Object object) override {
    object.revision = 0;
    return store_.get(object.key) ? update(std::move(object)) : create(std::move(object));
  }
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override { return store_.remove(key, revision); }
  Result<api::ObjectPtr> patch(const api::ObjectKey& key, Patch patch, uint64_t revision) override {
    return store_.patch(key, std::move(patch), revision);
  }
  Result<api::ObjectPtr> update_status(api::Object object) override { return store_.update_status(std::move(object)); }
  Result<api::ObjectPtr> delete_object(const api::ObjectKey& key, Deletion deletion, uint64_t revision) override {
    return store_.delete_object(key, deletion, revision);
  }
  Result<Written> write(std::vector<Change>) override { return fail(ErrorCode::kUnsupported, "there are no batches"); }

 private:
  static bool has_status(const api::Object& object) {
    const api::Kind* kind = api::builtin_kinds().find(object.gvk.api_version(), object.gvk.kind);
    return kind && kind->has_status;
  }
  static void keep(const api::Object& live, Value& next, const char* member) { keep(live.content, next, member); }
  static void keep(const Value& live, Value& next, const char* member) {
    if (const Value* value = live.find(member)) next.as_object()->set(member, *value);
    else next.as_object()->erase(member);
  }

  Client& store_;
  int uids_ = 0;
};

/// A store, the controllers over some client of it, and what runs Pods.
class World {
 public:
  explicit World(bool is_cluster)
      : client_(is_cluster ? static_cast<Client&>(cluster_) : store_),
        deployments_(client_, 1),
        endpoints_(client_),
        disruptions_(client_),
        node_(client_, 3, {}) {}

  void apply(const std::string& yaml) {
    api::Object object = object_of(yaml);
    const auto live = store_.get(object.key);
    metadata_of(object).set("generation", Value(int64_t{live ? 2 : 1}));
    if (live && (*live)->find("status")) object.content.as_object()->set("status", *(*live)->find("status"));
    ASSERT_TRUE(store_.apply(std::move(object)));
  }
  /// Until all Pods run that are to run.
  void settle() {
    for (int round = 0; round < 20; ++round) {
      step();
      if (!run_pods()) return;
    }
    ADD_FAILURE() << "the controllers never come to rest";
  }
  Value status(const api::ObjectKey& key) {
    const auto object = store_.get(key);
    const Value* status = object ? (*object)->find("status") : nullptr;
    return status ? *status : Value();
  }
  std::vector<api::ObjectPtr> objects(const char* group, const char* kind) {
    return store_.list({group, kind, {}}).value().items;
  }

 private:
  void step() {
    for (int i = 0; i < 60; ++i) {
      bool wrote = false;
      for (const Result<bool>& done :
           {deployments_.step(kStart), endpoints_.step(kStart), disruptions_.step(kStart), node_.step(kStart)}) {
        EXPECT_TRUE(done) << done.error().to_string();
        wrote = wrote || done.value_or(false);
      }
      if (!wrote) return;
    }
    ADD_FAILURE() << "the controllers never come to rest";
  }

  bool run_pods() {
    bool changed = false;
    for (const api::ObjectPtr& pod : objects("", "Pod")) {
      if (is_terminating(*pod)) {
        EXPECT_TRUE(store_.remove(pod->key));
        changed = true;
      } else if (!api::read_pod(*pod).ready) {
        api::Object next = *pod;
        const Value ready = api::make_object(
            {{"type", Value("Ready")}, {"status", Value("True")}, {"lastTransitionTime", Value("2026-01-01T00:00:00Z")}});
        next.content.as_object()->set("status", api::make_object({{"phase", Value("Running")},
                                                                  {"podIP", Value("127.10.0.1")},
                                                                  {"conditions", Value(doc::Array{ready})}}));
        EXPECT_TRUE(store_.update_status(std::move(next)));
        changed = true;
      }
    }
    return changed;
  }

  store::MemoryStore store_;
  ClusterLike cluster_{store_};
  Client& client_;
  DeploymentController deployments_;
  EndpointsController endpoints_;
  DisruptionController disruptions_;
  NodeController node_;
};

std::string deployment(int replicas, const std::string& image) {
  return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, spec: {replicas: " + std::to_string(replicas) +
         ", selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: c, "
         "image: " +
         image + "}]}}}}";
}

TEST(Transport, ControllersSeeNoDifference) {
  // They are written once, for the embedded store and for a real cluster.
  World local(false), remote(true);
  for (World* world : {&local, &remote}) {
    world->apply("{apiVersion: v1, kind: Service, metadata: {name: shop}, spec: {selector: {app: shop}, ports: [{port: 80}]}}");
    world->apply(
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: shop}, spec: {minAvailable: 2, selector: "
        "{matchLabels:"
        " {app: shop}}}}");
    world->apply(deployment(2, "shop:v1"));
    world->settle();
    world->apply(deployment(3, "shop:v2"));
    world->settle();
  }
  for (const api::ObjectKey& key :
       {api::ObjectKey{"apps", "Deployment", "default", "shop"},
        api::ObjectKey{"policy", "PodDisruptionBudget", "default", "shop"}, api::ObjectKey{"", "Node", "", "graylane"}}) {
    EXPECT_FALSE(local.status(key).is_null()) << key.to_string();
    EXPECT_EQ(doc::to_json(remote.status(key)), doc::to_json(local.status(key))) << key.to_string();
  }
  const Value shop = remote.status({"apps", "Deployment", "default", "shop"});
  EXPECT_EQ(fields::number(&shop, "availableReplicas"), 3);
  EXPECT_EQ(fields::number(&shop, "observedGeneration"), 2);
  EXPECT_EQ(remote.objects("", "Pod").size(), 3u);
  EXPECT_EQ(remote.objects("apps", "ReplicaSet").size(), 2u);
  for (const api::ObjectPtr& set : remote.objects("apps", "ReplicaSet"))
    EXPECT_EQ(doc::to_json(*set->find("status")), doc::to_json(local.status(set->key))) << set->key.to_string();
  const auto slices = remote.objects("discovery.k8s.io", "EndpointSlice");
  ASSERT_EQ(slices.size(), 1u);
  EXPECT_EQ(fields::items(&slices.front()->content, "endpoints").size(), 3u);
}

}  // namespace
}  // namespace graylane::control
