#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace graylane::net {

namespace {

constexpr std::chrono::milliseconds kDelayMax = std::chrono::hours(24 * 30);

/// Ticks wrap round.
bool is_before(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }

}  // namespace

void TimerWheel::arm(Timer& timer, Instant now, std::chrono::milliseconds delay) {
  delay = std::clamp(delay, std::chrono::milliseconds(0), kDelayMax);
  // ceil: the first tick that is not before the deadline.
  uint32_t deadline = tick_of(now + delay + kTick - std::chrono::nanoseconds(1));
  if (!is_before(done_, deadline)) deadline = done_ + 1;
  if (deadline == 0) deadline = 1;
  timer.deadline_ = deadline;
  if (timer.linked() && !is_before(deadline, timer.place_)) return;  // it will be carried on when the wheel comes by
  place(timer);
}

void TimerWheel::place(Timer& timer) {
  timer.unlink();
  timer.place_ = is_before(done_ + kSlots - 1, timer.deadline_) ? done_ + kSlots - 1 : timer.deadline_;
  const uint32_t slot = timer.place_ % kSlots;
  TimerNode& head = slots_[slot];
  timer.prev_ = head.prev_;
  timer.next_ = &head;
  head.prev_->next_ = &timer;
  head.prev_ = &timer;
  filled_[slot / 64] |= uint64_t{1} << (slot % 64);
}

void TimerWheel::advance(Instant now) {
  const uint32_t until = tick_of(now);
  const uint32_t from = done_ + 1;
  if (is_before(until, from)) return;
  done_ = until;
  const uint32_t count = std::min(until - from + 1, kSlots);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t slot = (from + i) % kSlots;
    if ((filled_[slot / 64] >> (slot % 64) & 1) != 0) run_slot(slot);
  }
}

void TimerWheel::run_slot(uint32_t slot) {
  filled_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
  if (!slots_[slot].linked()) return;
  Slot due;  // takes the slot's place in its list: what is armed meanwhile waits for the next round
  due.prev_ = slots_[slot].prev_;
  due.next_ = slots_[slot].next_;
  due.prev_->next_ = due.next_->prev_ = &due;
  slots_[slot].prev_ = slots_[slot].next_ = &slots_[slot];
  while (due.linked()) {
    Timer& timer = static_cast<Timer&>(*due.next_);
    timer.unlink();
    if (!timer.armed()) continue;
    if (is_before(done_, timer.deadline_)) {
      place(timer);
    } else {
      timer.deadline_ = 0;
      timer.on_timer();
    }
  }
}

std::optional<std::chrono::milliseconds> TimerWheel::until_next(Instant now) const {
  const uint32_t first = done_ + 1;
  for (uint32_t ahead = 0; ahead < kSlots;) {
    const uint32_t slot = (first + ahead) % kSlots;
    const uint64_t word = filled_[slot / 64] >> (slot % 64);
    if (word == 0) {
      ahead += 64 - slot % 64;
      continue;
    }
    ahead += static_cast<uint32_t>(std::countr_zero(word));
    // By distance from now's tick, since ticks wrap round.
    const uint32_t ticks = first + ahead - tick_of(now);
    if (static_cast<int32_t>(ticks) <= 0) return std::chrono::milliseconds(0);
    const auto into_tick = std::chrono::floor<std::chrono::milliseconds>((now - start_) % kTick);
    return ticks * kTick - into_tick;
  }
  return std::nullopt;
}

}  // namespace graylane::net
