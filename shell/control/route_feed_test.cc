#include "control/route_feed.h"

#include <gtest/gtest.h>

#include "store/memory_store.h"

namespace graylane::control {
namespace {

doc::Object object_of(std::initializer_list<std::pair<const char*, doc::Value>> members) {
  doc::Object object;
  for (const auto& [key, value] : members) object.set(key, value);
  return object;
}

api::Object make(const char* group, const char* version, const char* kind, const std::string& name, doc::Object spec) {
  api::Object object;
  object.gvk = {group, version, kind};
  object.key = {group, kind, "default", name};
  doc::Object content =
      object_of({{"metadata", doc::Value(object_of({{"name", doc::Value(name)}, {"namespace", doc::Value("default")}}))}});
  content.set("spec", doc::Value(std::move(spec)));
  object.content = doc::Value(std::move(content));
  return object;
}

api::Object ingress(const std::string& name, const std::string& host, const char* url_path = "/", const char* to = "web") {
  const doc::Value service(
      object_of({{"name", doc::Value(to)}, {"port", doc::Value(object_of({{"number", doc::Value(int64_t{80})}}))}}));
  const doc::Value path(object_of({{"path", doc::Value(url_path)},
                                   {"pathType", doc::Value("Prefix")},
                                   {"backend", doc::Value(object_of({{"service", service}}))}}));
  const doc::Value http(object_of({{"paths", doc::Value(doc::Array{path})}}));
  const doc::Value rule(object_of({{"host", doc::Value(host)}, {"http", http}}));
  return make("networking.k8s.io", "v1", "Ingress", name, object_of({{"rules", doc::Value(doc::Array{rule})}}));
}

api::Object config_map(const std::string& name) { return make("", "v1", "ConfigMap", name, {}); }

size_t hosts(const route::Table& table) { return table.exact.size(); }

route::TablePtr poll(RouteFeed& feed) {
  auto table = feed.poll();
  EXPECT_TRUE(table) << table.error().to_string();
  return table ? *table : nullptr;
}

TEST(RouteFeed, TheTableFollowsTheObjects) {
  // Added, changed and deleted Ingresses all reach the table with the next poll.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  EXPECT_EQ(hosts(*poll(feed)), 0u);
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  ASSERT_TRUE(store.create(ingress("b", "b.example")));
  EXPECT_EQ(hosts(*poll(feed)), 2u);
  ASSERT_TRUE(store.apply(ingress("b", "c.example")));
  const route::TablePtr changed = poll(feed);
  EXPECT_NE(changed->exact.find("c.example"), nullptr);
  EXPECT_EQ(changed->exact.find("b.example"), nullptr);
  ASSERT_TRUE(store.remove(ingress("a", "").key, 0));
  EXPECT_EQ(hosts(*poll(feed)), 1u);
}

TEST(RouteFeed, WithoutAChangeTheTableIsTheSameOne) {
  // Workers that see the same pointer have nothing to do.
  store::MemoryStore store;
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  RouteFeed feed(store, {});
  const route::TablePtr first = poll(feed);
  EXPECT_EQ(poll(feed), first);
  ASSERT_TRUE(store.create(make("example.com", "v1", "Widget", "w", {})));
  EXPECT_EQ(poll(feed), first);
}

TEST(RouteFeed, ListsAgainWhenItFellTooFarBehind) {
  // The store keeps only so many events; a deletion among the lost ones must still be seen.
  store::MemoryStore store({.history_events_max = 4});
  RouteFeed feed(store, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  EXPECT_EQ(hosts(*poll(feed)), 1u);
  ASSERT_TRUE(store.remove(ingress("a", "").key, 0));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store.create(config_map("c" + std::to_string(i))));
  ASSERT_TRUE(store.create(ingress("b", "b.example")));
  const route::TablePtr table = poll(feed);
  EXPECT_EQ(table->exact.find("a.example"), nullptr);
  EXPECT_NE(table->exact.find("b.example"), nullptr);
}

/// Its watches fail once, as a connection does.
class BrokenOnce final : public Client {
 public:
  explicit BrokenOnce(Client& inner) : inner_(inner) {}
  bool broken = false;

  Result<api::ObjectPtr> get(const api::ObjectKey& key) override { return inner_.get(key); }
  Result<Listing> list(const Selector& selector) override {
    if (broken) return fail(ErrorCode::kUnavailable, "no connection");
    return inner_.list(selector);
  }
  std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) override {
    return std::make_unique<BrokenWatch>(*this, inner_.watch(selector, since));
  }
  Result<api::ObjectPtr> create(api::Object object) override { return inner_.create(std::move(object)); }
  Result<api::ObjectPtr> update(api::Object object) override { return inner_.update(std::move(object)); }
  Result<api::ObjectPtr> apply(api::Object object) override { return inner_.apply(std::move(object)); }
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override { return inner_.remove(key, revision); }
  Result<Written> write(std::vector<Change> changes) override { return inner_.write(std::move(changes)); }

 private:
  class BrokenWatch final : public Watch {
   public:
    BrokenWatch(BrokenOnce& owner, std::unique_ptr<Watch> inner) : owner_(owner), inner_(std::move(inner)) {}
    Result<std::optional<Event>> next(std::chrono::milliseconds timeout) override {
      failed_ = failed_ || owner_.broken;
      if (failed_) return fail(ErrorCode::kUnavailable, "no connection");
      return inner_->next(timeout);
    }

   private:
    BrokenOnce& owner_;
    std::unique_ptr<Watch> inner_;
    bool failed_ = false;
  };

  Client& inner_;
};

TEST(RouteFeed, GoesOnAfterAnError) {
  // Errors of a watch are final; the feed must begin a new one and still see what was deleted meanwhile.
  store::MemoryStore store;
  BrokenOnce client(store);
  RouteFeed feed(client, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  EXPECT_EQ(hosts(*poll(feed)), 1u);
  client.broken = true;
  EXPECT_EQ(feed.poll().error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(store.remove(ingress("a", "").key, 0));
  client.broken = false;
  EXPECT_EQ(hosts(*poll(feed)), 0u);
}

api::Object with_annotation(api::Object object, const char* name, const char* value) {
  doc::Object* metadata = object.content.as_object()->find("metadata")->as_object();
  metadata->set("annotations",
                doc::Value(object_of({{("nginx.ingress.kubernetes.io/" + std::string(name)).c_str(), doc::Value(value)}})));
  return object;
}

TEST(RouteFeed, AnEditThatWouldTakeAServedIngressAwayIsSeenBefore) {
  // A typing error in an annotation drops the whole Ingress; users of the present one must not pay for it.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  const route::TablePtr before = poll(feed);
  const auto bad = feed.preview({Change::apply(with_annotation(ingress("a", "a.example"), "load-balance", "least_conn"))});
  ASSERT_TRUE(bad);
  ASSERT_EQ(bad->size(), 1u);
  EXPECT_EQ(bad->front().id, "ingress-dropped");
  EXPECT_EQ(poll(feed), before) << "a preview changes nothing";
  EXPECT_FALSE(has_errors(feed.diagnostics()));
}

TEST(RouteFeed, AnEditThatTakesAValueOutOfForceIsSeenBefore) {
  // ingress-nginx reads a mistyped weight as 0 and says so in its log only: a release would be gone in silence.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  const auto canary = [](const char* weight) {
    api::Object object = with_annotation(ingress("c", "a.example"), "canary", "true");
    doc::Object* annotations = object.content.as_object()->find("metadata")->as_object()->find("annotations")->as_object();
    annotations->set("nginx.ingress.kubernetes.io/canary-weight", doc::Value(weight));
    return object;
  };
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  ASSERT_TRUE(store.create(canary("20")));
  const auto bad = feed.preview({Change::apply(canary("5o"))});
  ASSERT_TRUE(bad);
  ASSERT_EQ(bad->size(), 1u);
  EXPECT_EQ(bad->front().id, "annotation-ignored");
  EXPECT_TRUE(has_errors(*bad));
  const auto good = feed.preview({Change::apply(canary("50"))});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->empty());
}

TEST(RouteFeed, ANewObjectWithErrorsHarmsNobody) {
  // It is left out and reported; what came with it is served.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  const auto found = feed.preview({Change::apply(with_annotation(ingress("b", "b.example"), "load-balance", "least_conn")),
                                   Change::apply(with_annotation(ingress("a", "a.example"), "load-balance", "ewma"))});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST(RouteFeed, AnObjectThatIsMovedMustNotBecomeAnError) {
  // Another namespace or name makes it a new object: with its error alone looked at, the old one would just be gone.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  ASSERT_TRUE(store.create(ingress("z", "z.example")));
  const Change broken = Change::apply(with_annotation(ingress("b", "a.example"), "load-balance", "least_conn"));
  const auto moved = feed.preview({broken, Change::remove(ingress("a", "a.example").key)});
  ASSERT_TRUE(moved);
  ASSERT_EQ(moved->size(), 1u);
  EXPECT_EQ(moved->front().object, "Ingress default/b");
  const auto good = feed.preview({Change::apply(ingress("b", "a.example")), Change::remove(ingress("a", "a.example").key)});
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->empty());
}

TEST(RouteFeed, AnErrorThatAnEditBringsToAnotherObjectIsSeenBefore) {
  // A canary whose stable path is renamed in another file loses all its traffic.
  store::MemoryStore store;
  RouteFeed feed(store, {});
  ASSERT_TRUE(store.create(ingress("a", "a.example")));
  ASSERT_TRUE(store.create(with_annotation(ingress("c", "a.example", "/", "next"), "canary", "true")));
  ASSERT_FALSE(has_errors((poll(feed), feed.diagnostics())));
  const auto found = feed.preview({Change::apply(ingress("a", "a.example", "/other"))});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().object, "Ingress default/c");
}

}  // namespace
}  // namespace graylane::control
