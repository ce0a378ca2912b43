// Turns: work that is done in pieces, so that a loop stays quick for all others: about a millisecond of it in each turn of the loop,
// first come first served. Who has more to do than one piece asks again. The loop's thread only; it need not outlive the loop.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "net/event_loop.h"

namespace graylane::httpd {

class Turns {
 public:
  explicit Turns(net::EventLoop& loop) : loop_(loop) {}
  ~Turns() { *alive_ = false; }
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Runs `piece` in one of the next turns, never within the call.
  void ask(std::function<void()> piece);
  /// At once when nothing waits, else behind that.
  void in_order(std::function<void()> piece);

 private:
  void post();
  void run();

  net::EventLoop& loop_;
  std::deque<std::function<void()>> waiting_;
  bool posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace graylane::httpd
