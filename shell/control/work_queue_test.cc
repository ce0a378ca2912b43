#include "control/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "control/controllers.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;

constexpr sys_seconds kStart{seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

TEST(BackOff, WaitsTwiceAsLongEachTimeUpToItsMost) {
  // What fails for hours must not be tried each second, and what was mended must not wait for hours.
  BackOff back_off;
  const api::ObjectKey who{"", "Pod", "default", "p"};
  sys_seconds now = kStart;
  std::vector<int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    back_off.failed(who, now);
    EXPECT_TRUE(back_off.waits(who, now));
    const sys_seconds next = back_off.next(now).value();
    waits.push_back((next - now).count());
    now = next;
    EXPECT_FALSE(back_off.waits(who, now));
  }
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 8, 16, 32, 64, 64, 64));
  back_off.succeeded(who);
  EXPECT_TRUE(back_off.empty());
  back_off.failed(who, now);
  EXPECT_EQ(back_off.next(now), now + seconds(1));
  EXPECT_FALSE(back_off.next(now + seconds(1'000)));
  EXPECT_TRUE(back_off.empty());
}

/// A client that refuses some changes.
class StubbornClient final : public Client {
 public:
  explicit StubbornClient(Client& store) : store_(store) {}

  Result<api::ObjectPtr> get(const api::ObjectKey& key) override { return store_.get(key); }
  Result<Listing> list(const Selector& selector) override { return store_.list(selector); }
  std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) override { return store_.watch(selector, since); }
  Result<api::ObjectPtr> create(api::Object object) override { return one(Change::create(std::move(object))); }
  Result<api::ObjectPtr> update(api::Object object) override { return one(Change::update(std::move(object))); }
  Result<api::ObjectPtr> apply(api::Object object) override { return one(Change::apply(std::move(object))); }
  Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision) override {
    return one(Change::remove(key, revision));
  }
  Result<Written> write(std::vector<Change> changes) override {
    ++writes;
    if (!has_batches && changes.size() != 1) return fail(ErrorCode::kUnsupported, "no batches");
    if (unavailable) return fail(ErrorCode::kUnavailable, "the disk is full");
    for (const Change& change : changes) {
      if (refuses && refuses(change.object)) return fail(ErrorCode::kInvalid, "never " + change.object.key.name);
    }
    return store_.write(std::move(changes));
  }

  bool has_batches = true;
  bool unavailable = false;
  std::function<bool(const api::Object&)> refuses;
  int writes = 0;

 private:
  Result<api::ObjectPtr> one(Change change) {
    auto written = write({std::move(change)});
    if (!written) return std::unexpected(written.error());
    return written->objects.front();
  }

  Client& store_;
};

class WorkQueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"good", "bad"}) {
      ASSERT_TRUE(store_.apply(object_of(std::string("{apiVersion: apps/v1, kind: Deployment, metadata: {name: ") + name +
                                         "}, spec: {replicas: 2, selector: {matchLabels: {app: " + name +
                                         "}}, template: {metadata: {labels: {app: " + name +
                                         "}}, spec: {containers: [{name: c, image: i}]}}}}")));
    }
  }
  /// Until nothing more is to be done at this time.
  void settle() {
    for (int i = 0; i < 60; ++i) {
      const auto stepped = controllers_.step(now_);
      if (!stepped) ++failures_;
      const bool rests = stepped && !*stepped;
      if (rests) return;
    }
    ADD_FAILURE() << "the controllers never come to rest";
  }
  size_t pods(const std::string& app) {
    size_t count = 0;
    const Listing listing = store_.list({"", "Pod", {}}).value();
    for (const api::ObjectPtr& pod : listing.items) count += pod->key.name.starts_with(app);
    return count;
  }
  static bool is_pod_of_bad(const api::Object& object) { return object.key.kind == "Pod" && object.key.name.starts_with("bad"); }

  store::MemoryStore store_;
  StubbornClient client_{store_};
  Controllers controllers_{client_, 1};
  sys_seconds now_ = kStart;
  int failures_ = 0;
};

TEST_F(WorkQueueTest, OneThatFailsHoldsUpNobodyElse) {
  // One object that is refused for ever (a quota, a broken name) must not stop the rollouts of all others.
  client_.refuses = is_pod_of_bad;
  settle();
  EXPECT_EQ(pods("good"), 2u);
  EXPECT_EQ(pods("bad"), 0u);
  EXPECT_EQ(failures_, 1);
  EXPECT_EQ(controllers_.look_again(), now_ + seconds(1));
  client_.writes = 0;
  settle();
  EXPECT_EQ(client_.writes, 0) << "it is tried again without a pause";
  now_ += seconds(1);
  settle();
  EXPECT_EQ(failures_, 2);
  client_.refuses = nullptr;
  now_ += seconds(2);
  settle();
  EXPECT_EQ(pods("bad"), 2u);
}

TEST_F(WorkQueueTest, AClientWithoutBatchesIsWrittenChangeByChange) {
  // A real API server has none.
  client_.has_batches = false;
  settle();
  EXPECT_EQ(pods("good"), 2u);
  EXPECT_EQ(pods("bad"), 2u);
  EXPECT_EQ(failures_, 0);
}

TEST_F(WorkQueueTest, AFullDiskIsTriedAgainByItself) {
  // While it is full nothing changes, so that no event would wake the controllers when it has room again.
  client_.unavailable = true;
  settle();
  EXPECT_GT(failures_, 0);
  ASSERT_TRUE(controllers_.look_again());
  EXPECT_EQ(*controllers_.look_again(), now_ + seconds(1));
  client_.writes = 0;
  settle();
  EXPECT_EQ(client_.writes, 0);
  client_.unavailable = false;
  while (pods("good") < 2 && now_ < kStart + seconds(10)) {
    now_ = controllers_.look_again().value();
    settle();
  }
  EXPECT_EQ(pods("good"), 2u);
}

}  // namespace
}  // namespace graylane::control
