// Evictions at the same moment, on a store whose disk has not finished the first one when the second comes.
#include <condition_variable>
#include <mutex>

#include "apiserver/test_api.h"
#include "store/durable_store.h"
#include "store/test_disk.h"
#include "store/test_folder.h"

namespace graylane::apiserver {
namespace {

class SlowStore : public ::testing::Test {
 protected:
  SlowStore() {
    auto opened = store::DurableStore::open(folder_.file(), {.vfs = store::TestDisk::kName});
    EXPECT_TRUE(opened) << opened.error().to_string();
    store_ = std::move(*opened);
    handlers_ = std::make_unique<Handlers>(api::builtin_kinds(), *store_,
                                           World{.unix_seconds = [] { return int64_t{1'700'000'000}; },
                                                 .new_uid = [] { return std::string("uid"); },
                                                 .name_suffix = [] { return std::string("abcde"); },
                                                 .post = [this](std::function<void()> work) { post(std::move(work)); }});
  }
  /// Of the store's thread too.
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    changed_.notify_all();
  }
  void put(std::string_view json) {
    doc::Parsed parsed = doc::parse_json(json, nullptr);
    auto decoded = api::decode(std::move(parsed.documents.front()), nullptr);
    ASSERT_TRUE(decoded.object && store_->create(*std::move(decoded.object)));
  }
  void run_pod(const std::string& name) {
    put(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
        R"(","namespace":"default","labels":{"app":"web"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]},)"
        R"("status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}})");
  }
  /// Its status; 0 as long as there is none.
  std::shared_ptr<int> evict(const std::string& name) {
    httpd::Request request;
    request.method = "POST";
    request.path = "/api/v1/namespaces/default/pods/" + name + "/eviction";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":")" + name + R"("}})";
    auto status = std::make_shared<int>(0);
    handlers_->answer(request, {}, [status](const httpd::Response& response) { *status = response.status; });
    return status;
  }
  void run_until_answered(const int& status) {
    while (status == 0) {
      std::unique_lock lock(mutex_);
      ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return !posted_.empty(); }));
      const std::function<void()> work = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      work();
    }
  }

  store::TestFolder folder_;
  store::TestFolder synced_;
  store::TestDisk disk_{synced_.path()};
  std::mutex mutex_;  // of posted_
  std::condition_variable changed_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<store::DurableStore> store_;
  std::unique_ptr<Handlers> handlers_;
};

TEST_F(SlowStore, AnEvictionCountsThosePodsThatAreAboutToGo) {
  // `kubectl drain` evicts all Pods of a node at once: each of them alone could go.
  for (const char* name : {"a", "b", "c"}) run_pod(name);
  put(R"({"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"two","namespace":"default"},)"
      R"("spec":{"minAvailable":2,"selector":{"matchLabels":{"app":"web"}}}})");
  disk_.set_stalled(true);
  const auto first = evict("a");
  disk_.wait_for_stalled_sync();
  EXPECT_EQ(*evict("b"), 429);
  EXPECT_EQ(*first, 0);
  disk_.set_stalled(false);
  run_until_answered(*first);
  EXPECT_EQ(*first, 201);
  EXPECT_EQ(*evict("c"), 429);
}

}  // namespace
}  // namespace graylane::apiserver
