#include "net/timer_wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace graylane::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Clock {
  Instant begin = Instant() + std::chrono::hours(1);
  Instant now = begin;
  TimerWheel wheel{begin};
  void go(milliseconds by) { wheel.advance(now += by); }
};

// A time-out before its time cuts a request that was in order.
TEST(TimerWheel, NeverFiresBeforeTheDeadlineAndSoonAfterIt) {
  Clock clock;
  for (const int delay_ms : {0, 1, 7, 8, 9, 100, 8191, 8192, 8200, 20'000, 75'000}) {
    bool fired = false;
    CallbackTimer timer([&] { fired = true; });
    const Instant deadline = clock.now + milliseconds(delay_ms);
    clock.wheel.arm(timer, clock.now, milliseconds(delay_ms));
    while (!fired) {
      clock.go(milliseconds(1));
      if (clock.now < deadline) {
        ASSERT_FALSE(fired) << delay_ms;
      }
      ASSERT_LE(clock.now, deadline + 2 * TimerWheel::kTick) << delay_ms;
    }
  }
}

// A busy keep-alive connection moves its deadline with every request; only the last one counts.
TEST(TimerWheel, FiresOnceAtTheLastDeadlineThatWasSet) {
  Clock clock;
  int fired = 0;
  CallbackTimer timer([&] { ++fired; });
  for (int i = 0; i < 100; ++i) {
    clock.wheel.arm(timer, clock.now, seconds(10));
    clock.go(seconds(1));
  }
  EXPECT_EQ(fired, 0);
  clock.go(seconds(10));
  EXPECT_EQ(fired, 1);
  clock.go(seconds(100));
  EXPECT_EQ(fired, 1);
}

// A long read time-out is replaced by a short one when a connection becomes idle.
TEST(TimerWheel, AnEarlierDeadlineReplacesALaterOne) {
  Clock clock;
  int fired = 0;
  CallbackTimer timer([&] { ++fired; });
  clock.wheel.arm(timer, clock.now, seconds(60));
  clock.wheel.arm(timer, clock.now, milliseconds(20));
  clock.go(milliseconds(40));
  EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, ACancelledOrDestroyedTimerDoesNotFire) {
  // Whoever is gone must not be called: that would be a use after free.
  Clock clock;
  int fired = 0;
  CallbackTimer cancelled([&] { ++fired; });
  auto destroyed = std::make_unique<CallbackTimer>([&] { ++fired; });
  clock.wheel.arm(cancelled, clock.now, milliseconds(20));
  clock.wheel.arm(*destroyed, clock.now, milliseconds(20));
  cancelled.cancel();
  destroyed.reset();
  clock.go(seconds(1));
  EXPECT_EQ(fired, 0);
}

// Closing a connection destroys its other timers, which may be due in the same tick.
TEST(TimerWheel, ATimerMayDestroyOthersThatAreDueWithIt) {
  Clock clock;
  int fired = 0;
  std::vector<std::unique_ptr<CallbackTimer>> timers(3);
  for (auto& timer : timers) {
    timer = std::make_unique<CallbackTimer>([&] {
      ++fired;
      for (auto& other : timers) {
        if (other && !other->armed()) continue;
        other.reset();
      }
    });
    clock.wheel.arm(*timer, clock.now, milliseconds(16));
  }
  clock.go(milliseconds(50));
  EXPECT_EQ(fired, 1);
}

// A timer that re-arms itself at once must not hold the loop for ever.
TEST(TimerWheel, ATimerThatRearmsItselfWaitsForTheNextTick) {
  Clock clock;
  int fired = 0;
  CallbackTimer timer([&] {
    ++fired;
    clock.wheel.arm(timer, clock.now, milliseconds(0));
  });
  clock.wheel.arm(timer, clock.now, milliseconds(0));
  clock.go(seconds(30));
  EXPECT_EQ(fired, 1);
  clock.go(TimerWheel::kTick);
  EXPECT_EQ(fired, 2);
}

// The loop sleeps for as long as the wheel says: too long is a late time-out, 0 for ever is a busy loop.
TEST(TimerWheel, SaysHowLongNothingWillHappen) {
  Clock clock;
  EXPECT_FALSE(clock.wheel.until_next(clock.now));
  CallbackTimer timer([] {});
  clock.wheel.arm(timer, clock.now, milliseconds(500));
  int turns = 0;
  while (timer.armed()) {
    const auto wait = clock.wheel.until_next(clock.now);
    ASSERT_TRUE(wait);
    ASSERT_LE(++turns, 3);
    clock.go(*wait);
  }
  EXPECT_GE(clock.now - clock.begin, milliseconds(500));
  EXPECT_LE(clock.now - clock.begin, milliseconds(500) + 2 * TimerWheel::kTick);
}

}  // namespace
}  // namespace graylane::net
