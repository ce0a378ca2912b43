// What reading costs: a small head, a browser's head, a chunked body, the response of a backend. Heads are found and parsed, as
// the gateway does for each.
#include <benchmark/benchmark.h>

#include <string>

#include "http/h1_body.h"
#include "http/h1_head.h"

namespace graylane::http {
namespace {

/// 6 fields, 276 bytes.
const std::string kSmall =
    "GET /api/v1/catalogue/items/12345?page=2&sort=price HTTP/1.1\r\nHost: service-17.team-4.example\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\nAccept: */*\r\nAccept-Language: en\r\n"
    "Accept-Encoding: gzip, br\r\nCookie: session=0123456789abcdef; theme=dark; region=eu-1\r\n\r\n";

std::string browser_head() {
  std::string head =
      "GET /api/v1/catalogue/items/12345?page=2 HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive\r\n"
      "sec-ch-ua: \"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n"
      "Upgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/128.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
      "*/*;q=0.8\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
      "Referer: https://shop.example/catalogue?category=books&page=1\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
      "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\nCache-Control: max-age=0\r\nX-Request-Id: 0123456789abcdef0123456789abcdef\r\n"
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nCookie: ";
  for (int i = 0; i < 12; ++i) head += "name_" + std::to_string(i) + "=GA1.2.1234567890.0123456789abcdef; ";
  return head + "last=1\r\n\r\n";
}

const std::string kResponse =
    "HTTP/1.1 200 OK\r\nServer: app/1.2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n"
    "Content-Length: 100\r\nCache-Control: no-store\r\nVary: Accept-Encoding\r\n\r\n";

std::string chunked_body(size_t chunk, size_t count) {
  std::string body;
  for (size_t i = 0; i < count; ++i) body.append(chunk_head(chunk).view()).append(chunk, 'x').append(kChunkEnd);
  return body.append(kLastChunk);
}

void find_end(benchmark::State& state, const std::string& bytes) {
  for (auto _ : state) {
    HeadEnd end;
    benchmark::DoNotOptimize(bytes.data());
    benchmark::DoNotOptimize(end.look(bytes));
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes.size()));
}

void read_request(benchmark::State& state, const std::string& bytes) {
  const HeadLimits limits;
  RequestHead head;
  for (auto _ : state) {
    HeadEnd end;
    benchmark::DoNotOptimize(bytes.data());
    if (end.look(bytes) != HeadEnd::State::kFound || parse_request_head(bytes, limits, head)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes.size()));
  state.counters["bytes"] = static_cast<double>(bytes.size());
  state.counters["fields"] = static_cast<double>(head.fields.size());
}

void read_response(benchmark::State& state, const std::string& bytes) {
  const HeadLimits limits;
  ResponseHead head;
  for (auto _ : state) {
    HeadEnd end;
    benchmark::DoNotOptimize(bytes.data());
    if (end.look(bytes) != HeadEnd::State::kFound || parse_response_head(bytes, "GET", limits, head))
      state.SkipWithError("refused");
    benchmark::DoNotOptimize(head.fields.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes.size()));
}

void read_chunked(benchmark::State& state, const std::string& bytes) {
  for (auto _ : state) {
    BodyReader reader;
    reader.start(Framing::kChunked, 0);
    std::string_view rest = bytes;
    while (reader.state() == BodyReader::State::kMore) rest.remove_prefix(reader.next(rest).consumed);
    benchmark::DoNotOptimize(reader.received());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes.size()));
}

BENCHMARK_CAPTURE(find_end, small, kSmall);
BENCHMARK_CAPTURE(find_end, browser, browser_head());
BENCHMARK_CAPTURE(read_request, small, kSmall);
BENCHMARK_CAPTURE(read_request, browser, browser_head());
BENCHMARK_CAPTURE(read_response, ordinary, kResponse);
BENCHMARK_CAPTURE(read_chunked, one_small, chunked_body(100, 1));
BENCHMARK_CAPTURE(read_chunked, ten_of_1000, chunked_body(1000, 10));

}  // namespace
}  // namespace graylane::http
