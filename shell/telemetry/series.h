// Series: what is counted for one route and one version of its backend, by one worker. Written by that worker alone, without
// locks; read by a scraper at any time. Lives as long as its Recorder; memory is bounded by kCellsMax.
#pragma once

#include <array>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "telemetry/counter.h"
#include "telemetry/histogram.h"

namespace graylane::telemetry {

/// Which version answered. kNone: the gateway itself did (a redirect, a refusal, no endpoints).
enum class Role : uint8_t { kStable, kCanary, kDefault, kNone };
std::string_view to_string(Role role);

/// Methods come from clients, so all that is not well known is one value.
enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kTrace, kConnect, kOther };
Method method_of(std::string_view name);
std::string_view to_string(Method method);  // kOther: "other"

/// What a series is of. All values come from the route table, never from requests: their number is bounded by the author of
/// the manifests. As ingress-nginx has it, a request that the canary answers keeps the labels of the main Ingress and its
/// Service, and `canary` names the canary's backend.
struct SeriesKey {
  std::string host = {};  // as the table names it ("*.example"); empty: no host of the table; not in ingress-nginx's families
  std::string path = {};  // of the rule
  std::string ns = {};
  std::string ingress = {};
  std::string service = {};
  std::string service_port = {};
  std::string canary = {};  // "NAMESPACE-SERVICE-PORT" of the canary's backend; empty unless the canary answers
  Role role = Role::kStable;
  auto operator<=>(const SeriesKey&) const = default;
};

inline constexpr uint64_t kNoTime = UINT64_MAX;

/// One finished request. Times in nanoseconds.
struct RequestRecord {
  Method method = Method::kGet;
  uint16_t status = 0;
  bool by_weight = false;                // the weights of a split decided, not a header or a cookie
  uint64_t duration = 0;                 // from the request's first byte to the last byte of the answer handed to the kernel
  uint64_t connect_duration = kNoTime;   // of the upstream connection; 0: a pooled one; kNoTime: no upstream was asked
  uint64_t header_duration = kNoTime;    // from asking the upstream to its head
  uint64_t response_duration = kNoTime;  // from asking the upstream to the end of its answer
  uint64_t request_bytes = 0;            // request line, head and body
  uint64_t response_bytes = 0;           // sent to the client, head included
};

// ingress-nginx's own default bounds.
inline constexpr std::array<uint64_t, 11> kTimeBounds = {5'000'000,     10'000'000,    25'000'000,    50'000'000,
                                                         100'000'000,   250'000'000,   500'000'000,   1'000'000'000,
                                                         2'500'000'000, 5'000'000'000, 10'000'000'000};           // ns
inline constexpr std::array<uint64_t, 10> kLengthBounds = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};              // bytes
inline constexpr std::array<uint64_t, 7> kSizeBounds = {10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000};  // bytes

/// A histogram with given bounds. Bucket i counts values <= kBounds[i] that are over the bound before; the last one the rest.
template <const auto& kBounds>
class BoundedRecorder {
 public:
  static constexpr size_t kBuckets = kBounds.size() + 1;
  void record(uint64_t value) {
    size_t bucket = value > kBounds.back() ? kBounds.size() : 0;
    while (bucket < kBounds.size() && value > kBounds[bucket]) ++bucket;
    counts_[bucket].add();
    sum_.add(value);
  }
  uint64_t count(size_t bucket) const { return counts_[bucket].get(); }
  uint64_t sum() const { return sum_.get(); }

 private:
  Counter sum_;
  std::array<Counter, kBuckets> counts_;
};

inline constexpr uint16_t kAnyStatus = 0;
/// For labels.
inline std::string status_text(uint16_t status) { return status == kAnyStatus ? "other" : std::to_string(status); }

/// The requests of a series with one method and one status. Only ever added to the series, never removed.
struct alignas(64) Cell {
  Method method = Method::kOther;
  uint16_t status = kAnyStatus;
  Cell* next = nullptr;  // the one that was added before
  Counter requests;
  BoundedRecorder<kTimeBounds> duration;
  BoundedRecorder<kTimeBounds> connect;
  BoundedRecorder<kTimeBounds> header;
  BoundedRecorder<kTimeBounds> response;
  BoundedRecorder<kLengthBounds> request_size;
  BoundedRecorder<kLengthBounds> response_size;
  BoundedRecorder<kSizeBounds> bytes_sent;
};

class alignas(64) Series {
 public:
  /// Pairs of method and status; what comes beyond goes to one cell with Method::kOther and kAnyStatus.
  static constexpr size_t kCellsMax = 64;

  explicit Series(SeriesKey key);
  ~Series();
  Series(const Series&) = delete;
  Series& operator=(const Series&) = delete;

  /// By the owning worker only. Allocates when a pair of method and status is new.
  void record(const RequestRecord& request);

  // any thread
  const SeriesKey& key() const { return key_; }
  const Series* next() const { return next_; }
  const Cell* cells() const { return cells_.load(std::memory_order_acquire); }
  uint64_t by_weight() const { return by_weight_.get(); }
  const LatencyRecorder& duration() const { return duration_; }
  const LatencyRecorder& header_duration() const { return header_duration_; }

 private:
  friend class Recorder;
  Cell& cell(Method method, uint16_t status);
  Cell* find(Method method, uint16_t status) const;

  const SeriesKey key_;
  const Series* next_ = nullptr;  // the one that was added before; set before this one is published
  std::atomic<Cell*> cells_{nullptr};
  Cell* last_ = nullptr;  // the worker's: the cell of the last request
  size_t cell_count_ = 0;
  Counter by_weight_;
  LatencyRecorder duration_;
  LatencyRecorder header_duration_;
};

}  // namespace graylane::telemetry
