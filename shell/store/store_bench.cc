// What a store costs: durable writes from several clients at once, lists, watches, memory and starting.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "doc/parse.h"
#include "store/durable_store.h"
#include "store/memory_store.h"
#include "store/test_folder.h"

namespace graylane::store {
namespace {

using control::Change;

std::unique_ptr<DurableStore> open_store(const std::string& path) {
  auto store = DurableStore::open(path);
  if (!store) std::abort();
  return std::move(*store);
}

std::string number_text(size_t number) {
  std::string text = std::to_string(number);
  return std::string(7 - text.size(), '0') + text;
}

// A ConfigMap with 1 KiB of data and what an API server adds to it.
api::Object config_map(size_t number, int64_t state = 0) {
  const std::string name = "bench-" + number_text(number);
  std::string json = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
                     R"(","namespace":"default","uid":"0a3f9d1e-5a0c-4b9f-8d6e-3f2a1b0c)" + number_text(number).substr(3) +
                     R"(","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app":"bench","state":")" + std::to_string(state) +
                     R"("}},"data":{"a":")" + std::string(512, 'x') + R"(","b":")" + std::string(512, 'y') + R"("}})";
  api::Object object;
  object.gvk = {"", "v1", "ConfigMap"};
  object.key = {"", "ConfigMap", "default", name};
  object.content = std::move(doc::parse_json(json, nullptr).documents.front());
  return object;
}

void fill(Store& store, size_t count) {
  for (size_t i = 0; i < count;) {
    std::vector<Change> changes;
    for (; changes.size() < 1'000 && i < count; ++i) changes.push_back(Change::apply(config_map(i)));
    if (!store.write(std::move(changes))) std::abort();
  }
}

void BM_DurableCreate(benchmark::State& state) {
  static std::unique_ptr<TestFolder> folder;
  static std::unique_ptr<DurableStore> store;
  static std::atomic<size_t> next;
  if (state.thread_index() == 0) {
    folder = std::make_unique<TestFolder>(std::filesystem::temp_directory_path());
    store = open_store(folder->file());
    next = 0;
  }
  for (auto _ : state) {
    if (!store->create(config_map(next++))) std::abort();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
  if (state.thread_index() == 0) {
    store.reset();
    folder.reset();
  }
}
BENCHMARK(BM_DurableCreate)->Threads(1)->Threads(16)->Threads(64)->UseRealTime();

// Each client changes objects of its own among 10,000, over and over: the history moves on, and the file is compacted.
void BM_DurableUpdate(benchmark::State& state) {
  static std::unique_ptr<TestFolder> folder;
  static std::unique_ptr<DurableStore> store;
  if (state.thread_index() == 0) {
    folder = std::make_unique<TestFolder>(std::filesystem::temp_directory_path());
    store = open_store(folder->file());
    fill(*store, 10'000);
  }
  size_t number = static_cast<size_t>(state.thread_index());
  int64_t round = 0;
  for (auto _ : state) {
    if (!store->apply(config_map(number % 10'000, ++round))) std::abort();
    number += 64;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
  if (state.thread_index() == 0) {
    state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(folder->file())) / 1e6;
    store.reset();
    folder.reset();
  }
}
BENCHMARK(BM_DurableUpdate)->Threads(1)->Threads(16)->Threads(64)->UseRealTime();

// One thread that does not wait, as an event loop: groups form behind it.
void BM_DurableSubmit(benchmark::State& state) {
  const TestFolder folder(std::filesystem::temp_directory_path());
  const auto store = open_store(folder.file());
  size_t next = 0;
  for (auto _ : state) {
    std::atomic<size_t> done = 0;
    for (size_t i = 0; i < 1'024; ++i) {
      std::vector<Change> changes;
      changes.push_back(Change::create(config_map(next++)));
      store->submit(std::move(changes), [&](const Result<control::Written>& written) {
        if (!written) std::abort();
        if (++done == 1'024) done.notify_one();
      });
    }
    for (size_t seen = done; seen < 1'024; seen = done) done.wait(seen);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 1'024);
}
BENCHMARK(BM_DurableSubmit)->UseRealTime();

void BM_MemoryApply(benchmark::State& state) {
  MemoryStore store;
  fill(store, static_cast<size_t>(state.range(0)));
  std::vector<api::Object> objects;
  for (size_t i = 0; i < 1'000; ++i) objects.push_back(config_map(i * 97 % static_cast<size_t>(state.range(0)), 1));
  size_t next = 0;
  for (auto _ : state) {
    api::Object& object = objects[next++ % objects.size()];
    object.age.order = next;
    if (!store.apply(object)) std::abort();
  }
}
BENCHMARK(BM_MemoryApply)->Arg(1'000)->Arg(100'000);

void BM_Get(benchmark::State& state) {
  MemoryStore store;
  fill(store, 100'000);
  size_t next = 0;
  for (auto _ : state) {
    next = (next + 7'919) % 100'000;
    benchmark::DoNotOptimize(store.get({"", "ConfigMap", "default", "bench-" + number_text(next)}));
  }
}
BENCHMARK(BM_Get);

void BM_List10000(benchmark::State& state) {
  MemoryStore store;
  fill(store, 10'000);
  for (auto _ : state) benchmark::DoNotOptimize(store.list({"", "ConfigMap", {}}));
}
BENCHMARK(BM_List10000)->Unit(benchmark::kMicrosecond);

// 500 of 100,000 as they were some changes ago.
void BM_PageOfThePast(benchmark::State& state) {
  MemoryStore store;
  fill(store, 100'000);
  const uint64_t revision = store.revision();
  for (int64_t i = 0; i < state.range(0); ++i) {
    if (!store.apply(config_map(static_cast<size_t>(i) * 61 % 100'000, i + 1))) std::abort();
  }
  Page page{.revision = revision, .limit = 500};
  page.after = api::ObjectKey{"", "ConfigMap", "default", "bench-0050000"};
  for (auto _ : state) benchmark::DoNotOptimize(store.page({"", "ConfigMap", {}}, page));
}
BENCHMARK(BM_PageOfThePast)->Arg(0)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// One change and all watchers have it: the time for one event is a hundredth.
void BM_FanOut(benchmark::State& state) {
  MemoryStore store;
  fill(store, 1'000);
  std::atomic<int> woken = 0;
  std::vector<std::unique_ptr<control::Watch>> watches;
  for (int64_t i = 0; i < state.range(0); ++i) {
    watches.push_back(store.watch({"", "ConfigMap", "default"}, store.revision(), [&] { ++woken; }));
  }
  int64_t round = 0;
  for (auto _ : state) {
    woken = 0;
    if (!store.apply(config_map(1, ++round)) || woken != static_cast<int>(watches.size())) std::abort();
    for (const auto& watch : watches) {
      if (!*watch->next(std::chrono::milliseconds(0)) || *watch->next(std::chrono::milliseconds(0))) std::abort();
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(BM_FanOut)->Arg(100)->Arg(1'000)->Unit(benchmark::kMicrosecond);

size_t heap_bytes() { return ::mallinfo2().uordblks; }

// Opening a file with so many objects; what they take, for each, beside their 1 KiB of data.
void BM_Start(benchmark::State& state) {
  const TestFolder folder(std::filesystem::temp_directory_path());
  const auto count = static_cast<size_t>(state.range(0));
  fill(*open_store(folder.file()), count);
  size_t bytes = 0;
  for (auto _ : state) {
    const size_t before = heap_bytes();
    const auto store = open_store(folder.file());
    bytes = heap_bytes() - before;
    if (store->list({})->items.size() != count) std::abort();
  }
  state.counters["bytes_per_object"] = static_cast<double>(bytes) / static_cast<double>(count);
  state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(folder.file())) / 1e6;
}
BENCHMARK(BM_Start)->Arg(25'000)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(2);

void BM_Backup(benchmark::State& state) {
  const TestFolder folder(std::filesystem::temp_directory_path());
  const auto store = open_store(folder.file());
  fill(*store, 100'000);
  int number = 0;
  for (auto _ : state) {
    if (!store->backup(folder.file(std::to_string(++number)))) std::abort();
  }
}
BENCHMARK(BM_Backup)->Unit(benchmark::kMillisecond)->Iterations(2);

}  // namespace
}  // namespace graylane::store
