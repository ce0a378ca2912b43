#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace graylane::net {
namespace {

using std::chrono::milliseconds;

struct Pair {
  Fd near;
  Fd far;
  Pair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()), 0);
    near.reset(fds[0]);
    far.reset(fds[1]);
  }
  void write() const { EXPECT_EQ(::write(far.get(), "x", 1), 1); }
};

struct Recorder final : Handler {
  std::function<void(uint32_t)> work;
  int calls = 0;
  void on_events(uint32_t events) override {
    ++calls;
    if (work) work(events);
  }
};

std::unique_ptr<EventLoop> make_loop() { return std::move(*EventLoop::create()); }

// A connection is registered once for everything: nothing may be lost, and nothing told for ever.
TEST(EventLoop, TellsAnEdgeOnce) {
  auto loop = make_loop();
  Pair pair;
  Recorder seen;
  ASSERT_TRUE(loop->add(pair.near.get(), seen));
  loop->turn(milliseconds(0));  // writable from the beginning
  EXPECT_EQ(seen.calls, 1);
  loop->turn(milliseconds(0));
  EXPECT_EQ(seen.calls, 1);
  pair.write();
  loop->turn(milliseconds(1000));
  EXPECT_EQ(seen.calls, 2);
}

// One handler often closes another's connection (client and upstream) while both have events waiting.
TEST(EventLoop, AHandlerThatWasRemovedIsNotToldInTheSameTurn) {
  auto loop = make_loop();
  std::array<Pair, 2> pairs;
  std::array<Recorder, 2> seen;
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(loop->add(pairs[i].near.get(), seen[i]));
    seen[i].work = [&, i](uint32_t) { loop->remove(pairs[1 - i].near.get(), seen[1 - i]); };
  }
  loop->turn(milliseconds(1000));
  EXPECT_EQ(seen[0].calls + seen[1].calls, 1);
}

// Between fork and exec a child has a duplicate of every descriptor: closing alone would leave it in epoll, with a handler that is gone.
TEST(EventLoop, ARemovedDescriptorIsSilentThoughADuplicateIsOpen) {
  auto loop = make_loop();
  Pair pair;
  const Fd duplicate(::dup(pair.near.get()));
  Recorder seen;
  ASSERT_TRUE(loop->add_level(pair.near.get(), seen));
  loop->remove(pair.near.get(), seen);
  pair.near.reset();
  pair.write();
  loop->turn(milliseconds(0));
  EXPECT_EQ(seen.calls, 0);
}

// Table swaps, answers of the admin server and signals all come this way.
TEST(EventLoop, RunsPostsOfOtherThreadsInOrder) {
  auto loop = make_loop();
  std::vector<int> order;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) loop->post([&, i] { order.push_back(i); });
    loop->post([&] { loop->stop(); });
  });
  loop->run();
  poster.join();
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

// A post from inside a post would otherwise wait for the next packet.
TEST(EventLoop, APostMadeByAPostRuns) {
  auto loop = make_loop();
  bool ran = false;
  loop->post([&] {
    loop->post([&] {
      ran = true;
      loop->stop();
    });
  });
  loop->run();
  EXPECT_TRUE(ran);
}

// Objects are freed there; whoever is still on the stack must be done with them.
TEST(EventLoop, WorkAtTheEndOfATurnRunsAfterAllItsEvents) {
  auto loop = make_loop();
  Pair pair;
  Recorder seen;
  std::vector<int> order;
  loop->post([&] {
    loop->at_end_of_turn([&] { order.push_back(2); });
    order.push_back(1);
  });
  loop->turn(milliseconds(1000));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

// A loop with nothing but a timer must wake up for it, polling or blocking.
TEST(EventLoop, WakesUpForTimers) {
  for (const auto spin : {std::chrono::microseconds(0), std::chrono::microseconds(200)}) {
    auto loop = make_loop();
    const Instant begin = loop->now();
    CallbackTimer timer([&] { loop->stop(); });
    loop->arm(timer, milliseconds(30));
    loop->run(spin);
    EXPECT_GE(loop->now() - begin, milliseconds(30));
  }
}

}  // namespace
}  // namespace graylane::net
