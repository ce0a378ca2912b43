// What one request costs: looking it up among 10,000 hosts x 10 paths (asked order random, so that caches are cold), reading
// its path, drawing a version; and what the table weighs.
//
// That the null tracer costs nothing: match_null_tracer and match_by_hand run the same requests, one through match() and one
// through a copy without any tracer, in turns. Their times differ by noise only. To compare the machine code itself:
//   objdump -dC --no-show-raw-insn core_route_bench, and count the instructions of with_null_tracer() and by_hand(), which
//   have everything inlined: they are the same but for a handful in over a thousand (order and registers).
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <string>

#include "route/match.h"
#include "route/split.h"
#include "route/test_count_new.h"
#include "route/test_table.h"
#include "route/test_untraced.h"

namespace graylane::route::test {
namespace {

constexpr int kHosts = 10'000;
constexpr int kPaths = 10;
constexpr int kCanaryEvery = 10;

std::string host_name_of(uint64_t host) {
  return "service-" + std::to_string(host) + ".team-" + std::to_string(host % 97) + ".example";
}

std::string path_of(uint64_t path) {
  static constexpr std::string_view kWords[] = {"catalogue", "cart",   "checkout", "orders", "users",
                                                "search",    "static", "images",   "admin",  "health"};
  return "/api/v" + std::to_string(path % 3) + "/" + std::string(kWords[path % std::size(kWords)]);
}

/// An Ingress of ten paths to one Service; every tenth host has a canary on each fourth path.
std::shared_ptr<Host> ordinary_host(TableBuilder& tables, int number) {
  HostBuilder host(host_name_of(static_cast<uint64_t>(number)));
  const BackendId stable = tables.backend("app");
  const BackendId canary = number % kCanaryEvery == 0 ? tables.backend("canary") : kNoIndex;
  for (uint64_t path = 0; path < kPaths; ++path) {
    if (canary == kNoIndex || path % 4 != 0) {
      host.forward(PathKind::kSegmentPrefix, path_of(path), stable);
      continue;
    }
    Split split = test::split(100, stable, {{canary, 20}});
    split.tests = {header_test("x-canary", "always", 1), header_test("x-canary", "never", 0), cookie_test("canary", "always", 1)};
    host.split(PathKind::kSegmentPrefix, path_of(path), std::move(split));
  }
  return host.unindexed();
}

/// As a compiler makes it: all hosts, then their indexes together.
Table big_table() {
  TableBuilder tables;
  std::vector<std::shared_ptr<Host>> hosts;
  for (int i = 0; i < kHosts; ++i) hosts.push_back(ordinary_host(tables, i));
  build_indexes(hosts);
  for (const auto& host : hosts) tables.exact(host);
  return tables.build();
}

const Table& shared_table() {
  static const Table kTable = big_table();
  return kTable;
}

constexpr HeaderField kHeaders[] = {{"user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"},
                                    {"accept", "*/*"},
                                    {"accept-language", "en"},
                                    {"accept-encoding", "gzip, br"},
                                    {"cookie", "session=0123456789abcdef; theme=dark"},
                                    {"x-request-id", "1"}};

/// A batch of requests for random hosts and paths, written anew as a socket would deliver them: the request is in the cache,
/// its part of the table is not.
class Batch {
 public:
  static constexpr size_t kSize = 256;

  explicit Batch(uint64_t hosts_step) : hosts_step_(hosts_step) { fill(); }

  void fill() {
    for (size_t i = 0; i < kSize; ++i) {
      hosts_[i] = host_name_of(rng_.below(kHosts / hosts_step_) * hosts_step_);
      targets_[i] = path_of(rng_.below(kPaths)) + "/" + std::to_string(rng_.below(100'000)) + "?page=2";
      requests_[i] = get(hosts_[i], targets_[i], kHeaders);
    }
  }
  const std::array<Request, kSize>& requests() const { return requests_; }

 private:
  uint64_t hosts_step_;
  Rng rng_{1};
  std::array<std::string, kSize> hosts_;
  std::array<std::string, kSize> targets_;
  std::array<Request, kSize> requests_;
};

__attribute__((noinline, flatten)) Match with_null_tracer(const Table& table, const Request& request,
                                                          const Normalised& normalised, Scratch& scratch) {
  NullTracer tracer;
  return match(table, request, normalised, scratch, tracer);
}

__attribute__((noinline, flatten)) Match by_hand(const Table& table, const Request& request, const Normalised& normalised,
                                                 Scratch& scratch) {
  return untraced_match(table, request, normalised, scratch);
}

using Matcher = Match (*)(const Table&, const Request&, const Normalised&, Scratch&);

/// Looks up a whole batch; returns how long that took. Nothing may be allocated. (Reading the requests before is measured by
/// normalise_target; these are plain ones, so that what was read refers to the request alone.)
double timed(const Batch& batch, Scratch& scratch, Matcher matcher, uint64_t& allocations) {
  const Table& table = shared_table();
  std::array<Normalised, Batch::kSize> read;
  for (size_t i = 0; i < Batch::kSize; ++i) read[i] = normalise(batch.requests()[i], *table.listener, scratch.text);
  const uint64_t before = allocated.calls;
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < Batch::kSize; ++i) {
    benchmark::DoNotOptimize(matcher(table, batch.requests()[i], read[i], scratch).backend);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  allocations += allocated.calls - before;
  return taken.count();
}

void run(benchmark::State& state, Batch& batch, Matcher matcher, bool anew) {
  Scratch scratch;
  double seconds = 0;
  uint64_t allocations = 0;
  for (auto _ : state) {
    if (anew) batch.fill();
    const double taken = timed(batch, scratch, matcher, allocations);
    state.SetIterationTime(taken);
    seconds += taken;
  }
  const double lookups = static_cast<double>(state.iterations()) * Batch::kSize;
  state.counters["ns_per_lookup"] = seconds * 1e9 / lookups;
  state.counters["allocations"] = static_cast<double>(allocations) / lookups;
}

void lookup_10k_hosts_10_paths(benchmark::State& state) {
  Batch batch(1);
  shared_table();
  run(state, batch, with_null_tracer, true);
}
BENCHMARK(lookup_10k_hosts_10_paths)->UseManualTime();

/// The same batch again and again, hosts with a canary only: caches are warm, so that the code itself is what is measured.
void compared(benchmark::State& state, Matcher matcher) {
  Batch batch(kCanaryEvery);
  Scratch scratch;
  for (const Request& request : batch.requests()) {
    const Normalised normalised = normalise(request, *shared_table().listener, scratch.text);
    const Match a = with_null_tracer(shared_table(), request, normalised, scratch);
    const Match b = by_hand(shared_table(), request, normalised, scratch);
    if (a.backend != b.backend || a.kind != b.kind) state.SkipWithError("the copy by hand differs");
  }
  run(state, batch, matcher, false);
}

void match_null_tracer(benchmark::State& state) { compared(state, with_null_tracer); }
void match_by_hand(benchmark::State& state) { compared(state, by_hand); }
BENCHMARK(match_null_tracer)->UseManualTime();
BENCHMARK(match_by_hand)->UseManualTime();
BENCHMARK(match_null_tracer)->UseManualTime();
BENCHMARK(match_by_hand)->UseManualTime();

void normalise_target(benchmark::State& state, std::string_view target) {
  const Request request = get("App.Example:8080", target, kHeaders);
  const ListenerOptions options;
  TextScratch scratch;
  for (auto _ : state) benchmark::DoNotOptimize(normalise(request, options, scratch).path.size());
}
BENCHMARK_CAPTURE(normalise_target, plain, "/api/v1/catalogue/items/12345?page=2");
BENCHMARK_CAPTURE(normalise_target, escaped, "/api/v1/cat%61logue//items/./x/../12345?page=2");

void pick_exact_20_percent(benchmark::State& state) {
  Rng rng(1);
  SplitState split;
  for (auto _ : state) benchmark::DoNotOptimize(pick_exact(split, 20, 100, rng));
}
BENCHMARK(pick_exact_20_percent);

void pick_sticky_20_percent(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pick_sticky(1, "0123456789abcdef0123456789abcdef", 20, 100));
}
BENCHMARK(pick_sticky_20_percent);

/// Bytes that are still there when the table is built.
void memory_10k_hosts_10_paths(benchmark::State& state) {
  for (auto _ : state) {
    const int64_t before = allocated.live;
    const Table table = big_table();
    state.counters["MB"] = static_cast<double>(allocated.live - before) / 1e6;
    benchmark::DoNotOptimize(&table);
  }
}
BENCHMARK(memory_10k_hosts_10_paths)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace graylane::route::test
