// bench_table_swaps WORKERS MANIFEST MANIFEST: a gateway in this process whose table is swapped again and again, as after an edit
// of a weight: the objects of one manifest file and of the other take turns. "swap COUNT PAUSE_US" on standard input makes that
// many swaps and prints the times from publishing until every worker routes by the table, as one line of JSON.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "api/manifest.h"
#include "dialect/ingress_nginx/compiler.h"
#include "gateway/gateway.h"

namespace graylane::bench {

namespace {

using std::chrono::steady_clock;

std::vector<api::ObjectPtr> objects_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<api::ObjectPtr> objects;
  for (api::Object& object : api::read_manifest(text, std::make_shared<const std::string>(path)).objects) {
    objects.push_back(std::make_shared<const api::Object>(std::move(object)));
  }
  return objects;
}

double quantile(std::vector<double>& sorted, double at) {
  return sorted.empty() ? 0 : sorted[static_cast<size_t>(at * static_cast<double>(sorted.size() - 1))];
}

class Swaps {
 public:
  Swaps(std::vector<api::ObjectPtr> one, std::vector<api::ObjectPtr> other) : sides_{std::move(one), std::move(other)} {}

  Result<void> start(unsigned workers) {
    gateway::GatewayOptions options;
    options.listen = net::SocketAddress::loopback();
    options.workers = workers;
    options.seed = std::random_device()();
    options.on_acknowledged = [this](uint64_t) { acknowledged_at_ = steady_clock::now().time_since_epoch().count(); };
    auto started = gateway::Gateway::start(std::move(options), telemetry_);
    if (!started) return std::unexpected(started.error());
    gateway_ = std::move(*started);
    return swap().has_value() ? Result<void>() : fail(ErrorCode::kUnavailable, "the first table is not acknowledged");
  }

  uint16_t port() const { return gateway_->address().port(); }

  std::string run(size_t count, std::chrono::microseconds pause) {
    std::vector<double> times_us;
    size_t missed = 0;
    for (size_t i = 0; i < count; ++i) {
      if (const auto time = swap()) {
        times_us.push_back(*time);
      } else {
        ++missed;
      }
      std::this_thread::sleep_for(pause);
    }
    std::ranges::sort(times_us);
    return fmt::format(R"({{"swaps": {}, "missed": {}, "p50_us": {:.1f}, "p99_us": {:.1f}, "max_us": {:.1f}}})", count, missed,
                       quantile(times_us, 0.5), quantile(times_us, 0.99), quantile(times_us, 1));
  }

 private:
  /// Microseconds from publishing to the last worker's acknowledgement.
  std::optional<double> swap() {
    for (const api::ObjectPtr& object : sides_[next_side_]) compiler_.put(object);
    next_side_ = 1 - next_side_;
    const route::TablePtr table = compiler_.compile();
    const auto begin = steady_clock::now();
    const uint64_t sequence = gateway_->publish(table);
    if (!gateway_->wait_acknowledged(sequence, std::chrono::seconds(5))) return {};
    while (acknowledged_at_ < begin.time_since_epoch().count()) std::this_thread::yield();  // told a moment later
    return static_cast<double>(acknowledged_at_ - begin.time_since_epoch().count()) / 1000.0;
  }

  std::vector<api::ObjectPtr> sides_[2];
  size_t next_side_ = 0;
  ingress_nginx::Compiler compiler_{ingress_nginx::Options()};
  telemetry::Telemetry telemetry_{telemetry::Identity()};
  std::atomic<steady_clock::rep> acknowledged_at_ = 0;  // nanoseconds
  std::unique_ptr<gateway::Gateway> gateway_;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3) {
    fmt::print(stderr, "usage: bench_table_swaps WORKERS MANIFEST MANIFEST\n");
    return 2;
  }
  Swaps swaps(objects_of(arguments[1]), objects_of(arguments[2]));
  if (auto started = swaps.start(static_cast<unsigned>(std::stoul(arguments[0]))); !started) {
    fmt::print(stderr, "bench_table_swaps: {}\n", started.error().what);
    return 1;
  }
  fmt::print("{{\"port\": {}}}\n", swaps.port());
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string name;
    size_t count = 0;
    size_t pause_us = 0;
    words >> name >> count >> pause_us;
    fmt::print("{}\n", swaps.run(count, std::chrono::microseconds(pause_us)));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

}  // namespace graylane::bench

int main(int argc, char** argv) { return graylane::bench::run({argv + 1, argv + argc}); }
