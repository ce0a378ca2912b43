// AccessLog: lines about finished requests, written to a file by a thread of its own. Workers never wait for it: each has a
// ring of bounded size (AccessRing), and an entry that finds it full is dropped and counted. An idle log sleeps; a busy one
// is woken at most once per turn of a worker's loop, not once per request. A file that is renamed or deleted is opened anew,
// with the first lines a second later; a disk that is full costs lines, which are counted, but cuts none in two.
// reopen() and close() may be called from any thread; rings are handed out before the workers start and live as long as this.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "telemetry/access_format.h"
#include "telemetry/access_ring.h"

namespace graylane::telemetry {

struct AccessLogOptions {
  std::string path = "-";  // "-": standard output
  LogFormat format = LogFormat::kIngressNginx;
  size_t ring_bytes = 1024 * 1024;  // per worker; rounded up to a power of two
  /// Told once when writing begins to fail, and once more after it had worked again. Called in the writer's thread.
  std::function<void(const Error&)> on_error;
};

class AccessLog {
 public:
  static Result<std::unique_ptr<AccessLog>> open(AccessLogOptions options);
  ~AccessLog();  // close()

  /// For one worker.
  AccessRing& add_ring();
  /// Opens the path anew at once. When that fails, the old file stays in use and it is told.
  void reopen();
  /// Writes what the rings hold, at most for a second when nobody reads, and ends the thread.
  void close();

  uint64_t write_errors() const { return write_errors_.load(std::memory_order_relaxed); }
  /// Lines that could not be written, beside those that AccessRing::append() refused.
  uint64_t lines_lost() const { return lines_lost_.load(std::memory_order_relaxed); }
  uint64_t lines_written() const { return lines_written_.load(std::memory_order_relaxed); }

 private:
  class Writer;
  AccessLog() = default;

  std::unique_ptr<Writer> writer_;
  std::atomic<uint64_t> write_errors_{0};
  std::atomic<uint64_t> lines_lost_{0};
  std::atomic<uint64_t> lines_written_{0};
};

}  // namespace graylane::telemetry
