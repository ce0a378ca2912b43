// EventLoop: one thread's waiting. Edge-triggered epoll, timers, and posts from other threads. Owned and run by one thread;
// only post() and stop() may be called from others. It owns no descriptors: who adds one removes it before closing it.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "net/fd.h"
#include "net/timer_wheel.h"

namespace graylane::net {

/// Told what epoll says of its descriptor. EPOLLIN and EPOLLOUT are told once per edge: read until a short read.
class Handler {
 public:
  virtual void on_events(uint32_t epoll_events) = 0;

 protected:
  ~Handler() = default;
};

class EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Registers for IN, OUT and RDHUP at once, edge-triggered: no further system call when interest changes.
  Result<void> add(int fd, Handler& handler);
  /// Level-triggered, IN only: listeners, signalfd, inotify.
  Result<void> add_level(int fd, Handler& handler);
  /// Before closing it: a duplicate, if only that of a child between fork and exec, keeps it in epoll. Events of this turn that
  /// still wait for the handler are dropped.
  void remove(int fd, Handler& handler);

  /// The time of this turn's begin: read once per turn.
  Instant now() const { return now_; }
  TimerWheel& timers() { return timers_; }
  void arm(Timer& timer, std::chrono::milliseconds delay) { timers_.arm(timer, now_, delay); }

  /// Runs at the end of this turn, once. For freeing what a callback up the stack may still use, and for flushing.
  void at_end_of_turn(std::function<void()> work);

  /// From any thread: runs `work` in the loop's thread, in order. What was posted and never run is destroyed with the loop.
  void post(std::function<void()> work);
  /// From any thread. run() returns at the end of its turn.
  void stop();

  /// Until stop(). `spin`: how long to poll after the last event before blocking.
  void run(std::chrono::microseconds spin = {});
  /// One turn; waits at most `wait`.
  void turn(std::chrono::milliseconds wait);

 private:
  /// The other end of post().
  class Wakeup final : public Handler {
   public:
    explicit Wakeup(EventLoop& loop) : loop_(loop) {}
    void on_events(uint32_t epoll_events) override;

   private:
    EventLoop& loop_;
  };

  EventLoop(Fd epoll, Fd wakeup);
  Result<void> add(int fd, Handler& handler, uint32_t events);
  void drop_events(const Handler& handler);
  int wait_ms(std::chrono::milliseconds at_most) const;
  size_t turn_ms(int wait_ms);
  void run_posted();
  void run_end_of_turn();

  Fd epoll_;
  Fd wakeup_fd_;
  Wakeup wakeup_{*this};
  Instant now_;
  TimerWheel timers_;
  std::array<epoll_event, 256> events_;
  size_t event_ = 0;        // the one being told
  size_t event_count_ = 0;  // of this turn
  std::vector<std::function<void()>> end_of_turn_;
  std::vector<std::function<void()>> ending_;  // of end_of_turn_, while it runs; keeps its memory
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;  // of posted_
  std::vector<std::function<void()>> posted_;
};

}  // namespace graylane::net
