// TimerWheel: very many timers that are mostly moved and seldom fire. Moving a timer to a later time only writes its deadline:
// the wheel meets it at its old place and carries it on. Coarse: a timer fires at its deadline or up to one tick later, never
// before. One thread; timers are owned by others and take themselves out when destroyed.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace graylane::net {

using Instant = std::chrono::steady_clock::time_point;

class TimerWheel;

/// A list node in the wheel.
class TimerNode {
 protected:
  TimerNode() : prev_(this), next_(this) {}
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;
  ~TimerNode() { unlink(); }

 private:
  friend class TimerWheel;
  bool linked() const { return next_ != this; }
  void unlink() {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    prev_ = next_ = this;
  }

  TimerNode* prev_;
  TimerNode* next_;
};

/// Derive from it, or use CallbackTimer. 40 bytes.
class Timer : public TimerNode {
 public:
  bool armed() const { return deadline_ != 0; }
  void cancel() { deadline_ = 0; }  // the wheel forgets it when it comes by

 protected:
  ~Timer() = default;
  virtual void on_timer() = 0;

 private:
  friend class TimerWheel;
  uint32_t deadline_ = 0;  // tick; 0: not armed
  uint32_t place_ = 0;     // the tick at which the wheel comes by, when linked
};

class CallbackTimer final : public Timer {
 public:
  explicit CallbackTimer(std::function<void()> work) : work_(std::move(work)) {}

 private:
  void on_timer() override { work_(); }
  std::function<void()> work_;
};

class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{8};

  explicit TimerWheel(Instant now) : start_(now) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Fires `timer` once, `delay` after `now`; replaces an earlier deadline.
  void arm(Timer& timer, Instant now, std::chrono::milliseconds delay);
  /// Fires what is due. Timers may arm, cancel and destroy any timers meanwhile.
  void advance(Instant now);
  /// How long until advance() may have something to do; nothing: no timer is there.
  std::optional<std::chrono::milliseconds> until_next(Instant now) const;

 private:
  static constexpr uint32_t kSlots = 1024;  // one round is 8.2 s; later timers go round again
  struct Slot : TimerNode {};

  uint32_t tick_of(Instant now) const { return static_cast<uint32_t>((now - start_) / kTick); }
  void place(Timer& timer);
  void run_slot(uint32_t slot);

  Instant start_;
  uint32_t done_ = 0;  // all up to this tick was run; ticks wrap round after 397 days, so they are only compared by distance
  std::array<Slot, kSlots> slots_;
  std::array<uint64_t, kSlots / 64> filled_{};  // slots that may hold timers
};

}  // namespace graylane::net
