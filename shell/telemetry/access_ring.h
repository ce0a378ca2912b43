// AccessRing: a bounded queue of access log entries from one worker to the log's writer. append() copies an entry's bytes and
// makes no system call; flush(), at the end of a loop turn, hands all of them over and wakes the writer if it sleeps.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "telemetry/access_entry.h"

namespace graylane::telemetry {

/// Shared by all rings of a log and its writer: whether the writer sleeps, and how to wake it.
class WriterBell {
 public:
  WriterBell();
  ~WriterBell();
  WriterBell(const WriterBell&) = delete;
  WriterBell& operator=(const WriterBell&) = delete;

  bool valid() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // producers
  void ring_if_asleep() {
    if (asleep_.load(std::memory_order_seq_cst)) ring();
  }
  void ring();
  void wake();  // in any case
  // the writer
  void set_asleep(bool asleep) { asleep_.store(asleep, std::memory_order_seq_cst); }
  void clear();

 private:
  int fd_ = -1;  // eventfd
  alignas(64) std::atomic<bool> asleep_{false};
};

class AccessRing {
 public:
  AccessRing(size_t bytes, WriterBell& bell);

  // ---- by the worker only ----
  /// False: the ring is full and the entry is dropped; the worker counts that (WorkerCounters::log_dropped).
  bool append(const AccessEntry& entry);
  /// To be called at the end of each loop turn; cheap when nothing was appended.
  void flush() {
    if (written_ != published_) publish();
  }

  // ---- by the writer only ----
  /// One entry's bytes, in the form that decode_entry() reads; empty: no more. They stay valid until pop().
  std::string_view front();
  void pop();
  bool empty() const { return head_.load(std::memory_order_seq_cst) == tail_.load(std::memory_order_relaxed); }

 private:
  void publish();
  char* reserve(size_t bytes);

  const size_t size_;  // a power of two
  const std::unique_ptr<char[]> bytes_;
  WriterBell& bell_;
  // Positions count bytes from the start of the world; modulo size_ they are places in bytes_.
  alignas(64) uint64_t written_ = 0;  // the worker's: up to here entries are complete
  uint64_t published_ = 0;            // the worker's copy of head_
  uint64_t tail_seen_ = 0;            // the worker's last look at tail_
  uint64_t woken_ = 0;                // where the worker last woke the writer whether it slept or not
  alignas(64) std::atomic<uint64_t> head_{0};
  alignas(64) std::atomic<uint64_t> tail_{0};
};

}  // namespace graylane::telemetry
