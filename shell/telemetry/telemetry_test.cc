#include "telemetry/telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace graylane::telemetry {
namespace {

SeriesKey shop(Role role = Role::kStable) {
  SeriesKey key;
  key.host = "shop.example";
  key.path = "/cart";
  key.ns = "default";
  key.ingress = "shop";
  key.service = "old";
  key.service_port = "80";
  key.role = role;
  if (role == Role::kCanary) key.canary = "default-new-80";
  return key;
}

RequestRecord request(uint16_t status = 200, Method method = Method::kGet) {
  RequestRecord record;
  record.method = method;
  record.status = status;
  record.duration = 7'000'000;
  record.connect_duration = 0;
  record.header_duration = 5'000'000;
  record.response_duration = 6'000'000;
  record.request_bytes = 95;
  record.response_bytes = 1'234;
  return record;
}

std::string text_of(const Telemetry& telemetry) {
  std::string out;
  telemetry.write_prometheus(out);
  return out;
}

std::vector<std::string> lines_with(const std::string& text, std::string_view part) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.find(part) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

TEST(Recorder, TheSameKeyIsTheSameSeries) {
  // Counts of a route go on after the table was swapped.
  Recorder recorder;
  Series* stable = recorder.series(shop());
  EXPECT_EQ(recorder.series(shop()), stable);
  EXPECT_NE(recorder.series(shop(Role::kCanary)), stable);
}

TEST(Recorder, RoutesBeyondTheLimitShareOneSeries) {
  // A table with very many paths must not take all memory.
  Recorder recorder({.series_max = 3});
  std::set<const Series*> seen;
  for (int i = 0; i < 10; ++i) {
    SeriesKey key = shop();
    key.path = "/" + std::to_string(i);
    seen.insert(recorder.series(key));
  }
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_EQ(recorder.newest()->key().path, "other");
}

TEST(Series, PairsOfMethodAndStatusBeyondTheLimitShareOneCell) {
  // An upstream may send any status.
  Series series(shop());
  for (uint16_t status = 100; status < 1000; ++status) series.record(request(status));
  size_t cells = 0;
  uint64_t requests = 0;
  uint64_t beyond = 0;
  for (const Cell* cell = series.cells(); cell != nullptr; cell = cell->next) {
    ++cells;
    requests += cell->requests.get();
    if (cell->status == kAnyStatus) beyond = cell->requests.get();
  }
  EXPECT_EQ(cells, Series::kCellsMax);
  EXPECT_EQ(requests, 900U);
  EXPECT_EQ(beyond, 900U - (Series::kCellsMax - 1));
}

TEST(Method, UnknownOnesAreOneValue) {
  // Clients choose methods; each would otherwise be a series of its own.
  EXPECT_EQ(method_of("GET"), Method::kGet);
  EXPECT_EQ(method_of("CONNECT"), Method::kConnect);
  EXPECT_EQ(method_of("get"), Method::kOther);
  EXPECT_EQ(method_of("other"), Method::kOther);
  EXPECT_EQ(method_of(""), Method::kOther);
}

TEST(Telemetry, WorkersAreAddedUp) {
  // A scrape is of the process, not of a thread.
  Telemetry telemetry({});
  for (int i = 0; i < 3; ++i) {
    Recorder& recorder = telemetry.add_recorder();
    recorder.series(shop())->record(request());
    recorder.counters().table_revision.set(7 - i);
    recorder.counters().connections_accepted.add(5);
    recorder.counters().connections_closed.add(2);
    recorder.counters().refuse(431);
    recorder.counters().refuse(499);
  }
  const Snapshot snapshot = telemetry.snapshot();
  ASSERT_EQ(snapshot.series.size(), 1U);
  EXPECT_EQ(snapshot.series[0].requests(), 3U);
  EXPECT_EQ(snapshot.series[0].duration.count(), 3U);
  EXPECT_EQ(snapshot.process.table_revision, 5U) << "what all workers have reached";
  EXPECT_EQ(snapshot.process.connections_active, 9U);
  EXPECT_EQ(snapshot.process.refusals[4], 3U);
  EXPECT_EQ(snapshot.process.refusals.back(), 3U);
}

TEST(Telemetry, SharesAreByRouteAndVersion) {
  // `split` shows the asked and the measured share.
  Telemetry telemetry({});
  Recorder& recorder = telemetry.add_recorder();
  for (int i = 0; i < 3; ++i) recorder.series(shop())->record(request());
  recorder.series(shop(Role::kCanary))->record(request(503));
  recorder.series(shop(Role::kNone))->record(request(308));
  SeriesKey other = shop();
  other.path = "/other";
  recorder.series(other)->record(request());

  const std::vector<RouteShare> shares = route_shares(telemetry.snapshot());
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].path, "/cart");
  ASSERT_EQ(shares[0].parts.size(), 2U);
  EXPECT_EQ(shares[0].parts[0].backend, "default-old-80");
  EXPECT_EQ(shares[0].parts[0].requests, 3U);
  EXPECT_EQ(shares[0].parts[1].role, Role::kCanary);
  EXPECT_EQ(shares[0].parts[1].backend, "default-new-80");
  EXPECT_EQ(shares[0].parts[1].requests, 1U);
  EXPECT_EQ(shares[0].parts[1].server_errors, 1U);
  EXPECT_EQ(shares[1].path, "/other");
}

TEST(Prometheus, IngressNginxFamilyIsAsTheOriginalWritesIt) {
  // Dashboards and alerts select by exactly these names, labels and bounds.
  Telemetry telemetry({"k8s.io/ingress-nginx", "ingress-nginx", "pod-1", "0.1.0"});
  telemetry.add_recorder().series(shop(Role::kCanary))->record(request());
  const std::string labels =
      R"(canary="default-new-80",controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",)"
      R"(controller_pod="pod-1",host="shop.example",ingress="shop",method="GET",namespace="default",path="/cart",)"
      R"(service="old",status="200")";
  const std::string name = "nginx_ingress_controller_request_duration_seconds";
  std::string expected = "# HELP " + name + " Time of requests, in seconds.\n# TYPE " + name + " histogram\n";
  for (const char* bound :
       {"0.005 0", "0.01 1", "0.025 1", "0.05 1", "0.1 1", "0.25 1", "0.5 1", "1 1", "2.5 1", "5 1", "10 1", "+Inf 1"}) {
    const std::string both = bound;
    const size_t blank = both.find(' ');
    expected += name + "_bucket{" + labels + ",le=\"" + both.substr(0, blank) + "\"}" + both.substr(blank) + "\n";
  }
  expected += name + "_sum{" + labels + "} 0.007\n" + name + "_count{" + labels + "} 1\n";
  const std::string text = text_of(telemetry);
  EXPECT_THAT(text, testing::HasSubstr(expected));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_requests{" + labels + "} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_request_size_bucket{" + labels + ",le=\"90\"} 0\n"));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_request_size_bucket{" + labels + ",le=\"100\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_bytes_sent_bucket{" + labels + ",le=\"1000\"} 0\n"));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_bytes_sent_bucket{" + labels + ",le=\"1e+06\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("nginx_ingress_controller_response_size_sum{" + labels + "} 1234\n"));
  EXPECT_THAT(text,
              testing::HasSubstr("nginx_ingress_controller_connect_duration_seconds_bucket{" + labels + ",le=\"0.005\"} 1\n"));
}

TEST(Prometheus, OurOwnFamiliesHaveRoleAndPort) {
  // Ours tell versions apart that ingress-nginx's labels do not.
  Telemetry telemetry({});
  telemetry.add_recorder().series(shop())->record(request());
  const std::string labels =
      R"({host="shop.example",path="/cart",namespace="default",ingress="shop",service="old",service_port="80",role="stable",canary="")";
  const std::string text = text_of(telemetry);
  EXPECT_THAT(text, testing::HasSubstr("graylane_requests_total" + labels + R"(,method="GET",status="200"} 1)"));
  EXPECT_THAT(text, testing::HasSubstr("graylane_request_duration_seconds_count" + labels + "} 1"));
  EXPECT_THAT(text, testing::HasSubstr("graylane_request_bytes_total" + labels + "} 95"));
  // 7 ms lies between 2^22 ns * 1.5 and 2^23 ns.
  EXPECT_THAT(text, testing::HasSubstr("graylane_request_duration_seconds_bucket" + labels + R"(,le="0.006291456"} 0)"));
  EXPECT_THAT(text, testing::HasSubstr("graylane_request_duration_seconds_bucket" + labels + R"(,le="0.008388608"} 1)"));
}

TEST(Prometheus, SeriesThatDifferOnlyInOurLabelsAreOneOfIngressNginx) {
  // A scrape with the same sample twice is refused as a whole.
  Telemetry telemetry({});
  Recorder& recorder = telemetry.add_recorder();
  recorder.series(shop())->record(request(404));
  recorder.series(shop(Role::kNone))->record(request(404));
  const std::vector<std::string> lines = lines_with(text_of(telemetry), "nginx_ingress_controller_requests{");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].ends_with(" 2")) << lines[0];
}

TEST(Prometheus, HostsThatNobodyNamedAreNotInIngressNginxFamilies) {
  // As in the original; ours count them.
  Telemetry telemetry({});
  SeriesKey key;
  key.role = Role::kNone;
  telemetry.add_recorder().series(key)->record(request(404));
  const std::string text = text_of(telemetry);
  EXPECT_TRUE(lines_with(text, "nginx_ingress_controller_requests{").empty());
  EXPECT_EQ(lines_with(text, "graylane_requests_total{").size(), 1U);
}

TEST(Prometheus, LabelValuesAreEscaped) {
  // A path may hold any of these; unescaped they would end the label.
  Telemetry telemetry({});
  SeriesKey key = shop();
  key.path = "/a\"b\\c\nd";
  telemetry.add_recorder().series(key)->record(request());
  EXPECT_THAT(text_of(telemetry), testing::HasSubstr(R"(path="/a\"b\\c\nd",)"));
}

TEST(Prometheus, EachFamilyIsAnnouncedOnceAndEachSampleIsThereOnce) {
  // The exposition format demands both.
  Telemetry telemetry({});
  for (int i = 0; i < 2; ++i) {
    Recorder& recorder = telemetry.add_recorder();
    for (const Role role : {Role::kStable, Role::kCanary, Role::kDefault, Role::kNone}) {
      recorder.series(shop(role))->record(request());
      recorder.series(shop(role))->record(request(500, Method::kPost));
    }
  }
  std::map<std::string, int> seen;
  std::istringstream in(text_of(telemetry));
  std::string family;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# HELP ")) continue;
    const bool type = line.starts_with("# TYPE ");
    if (type) family = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_TRUE(type || line.starts_with(family)) << line;
    EXPECT_EQ(++seen[type ? "type " + family : line.substr(0, line.rfind(' '))], 1) << line;
  }
  EXPECT_GT(seen.size(), 500U);
}

TEST(Telemetry, ScrapesWhileWorkersCount) {
  // Workers take no lock; a thread sanitizer must find nothing, and nothing may be lost.
  constexpr int kWorkers = 2;
  constexpr uint64_t kRequests = 20'000;
  Telemetry telemetry({});
  std::vector<std::thread> workers;
  std::atomic<int> running = kWorkers;
  for (int i = 0; i < kWorkers; ++i) {
    Recorder& recorder = telemetry.add_recorder();
    workers.emplace_back([&recorder, &running] {
      for (uint64_t n = 0; n < kRequests; ++n) {
        SeriesKey key = shop();
        key.path = "/" + std::to_string(n % 50);
        recorder.series(key)->record(request(static_cast<uint16_t>(200 + n % 7)));
        recorder.counters().bytes_sent.add(10);
      }
      --running;
    });
  }
  uint64_t before = 0;
  while (running > 0) {
    std::string out;
    telemetry.write_prometheus(out);
    const uint64_t now = telemetry.snapshot().process.bytes_sent;
    EXPECT_GE(now, before);
    before = now;
  }
  for (std::thread& worker : workers) worker.join();
  const Snapshot snapshot = telemetry.snapshot();
  uint64_t requests = 0;
  for (const SeriesCounts& series : snapshot.series) requests += series.requests();
  EXPECT_EQ(requests, kWorkers * kRequests);
  EXPECT_EQ(snapshot.process.bytes_sent, kWorkers * kRequests * 10);
}

}  // namespace
}  // namespace graylane::telemetry
