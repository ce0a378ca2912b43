// What a request pays for being counted and logged.
#include <benchmark/benchmark.h>

#include "telemetry/access_log.h"
#include "telemetry/recorder.h"

namespace graylane::telemetry {
namespace {

void BM_Record(benchmark::State& state) {
  Recorder recorder;
  SeriesKey key;
  key.host = "shop.example";
  Series* series = recorder.series(key);
  RequestRecord request;
  request.status = 200;
  request.connect_duration = 0;
  request.header_duration = request.response_duration = 300'000;
  request.request_bytes = 400;
  request.response_bytes = 1'500;
  uint64_t n = 0;
  for (auto _ : state) {
    request.duration = 300'000 + (++n & 0xffffU);
    Recorder::record(*series, request);
  }
}
BENCHMARK(BM_Record);

void BM_AppendToLog(benchmark::State& state) {
  AccessLogOptions options;
  options.path = "/dev/null";
  options.ring_bytes = 64 * 1024 * 1024;  // of which all iterations fill a part: dropping is not what is measured
  auto log = AccessLog::open(std::move(options));
  AccessRing& ring = (*log)->add_ring();
  const UpstreamTry attempt{"127.0.0.1:8080", 100, 300'000, 200};
  AccessEntry entry;
  entry.client = "127.0.0.1";
  entry.method = "GET";
  entry.target = "/some/path?with=query";
  entry.protocol = "HTTP/1.1";
  entry.host = "shop.example";
  entry.user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36";
  entry.upstream = "default-shop-80";
  entry.tries = {&attempt, 1};
  entry.request_id = "0123456789abcdef0123456789abcdef";
  uint64_t dropped = 0;
  uint64_t n = 0;
  for (auto _ : state) {
    dropped += ring.append(entry) ? 0 : 1;
    if ((++n & 15U) == 0) ring.flush();  // a turn of some requests
  }
  state.counters["dropped"] = static_cast<double>(dropped);
}
BENCHMARK(BM_AppendToLog)->Iterations(100'000);

}  // namespace
}  // namespace graylane::telemetry
