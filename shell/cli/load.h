// Load: steady HTTP requests to one address, counted by what answers. For the demo. Starts its threads when made and ends
// them when destroyed; counts() from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/address.h"

namespace graylane::cli {

struct LoadOptions {
  net::SocketAddress to;
  std::string host;
  std::string marked_header;  // "foo: bar": sent with every `marked_every`th request
  unsigned marked_every = 5;
  unsigned connections = 4;
  std::chrono::microseconds pause{2'000};  // of each connection, between two requests
};

/// Requests by the text that answered them.
using Answers = std::map<std::string, uint64_t>;

struct LoadCounts {
  Answers plain;
  Answers marked;
  uint64_t failed = 0;     // no answer, or another status than 200
  std::string last_error;  // of a failed request
};

class Load {
 public:
  explicit Load(LoadOptions options);
  ~Load();

  /// Since the last call.
  LoadCounts take();
  uint64_t finished() const { return finished_.load(); }  // requests since the start

 private:
  void run();
  void count(bool marked, const std::string& answer);
  void fail(std::string why);

  const LoadOptions options_;
  std::atomic<bool> stopped_{false};
  std::atomic<uint64_t> finished_{0};
  std::mutex mutex_;
  LoadCounts counts_;
  std::vector<std::jthread> threads_;
};

}  // namespace graylane::cli
