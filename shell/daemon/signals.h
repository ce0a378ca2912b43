// Signals: blocked, and told one by one in a loop's thread.
#pragma once

#include <functional>
#include <initializer_list>

#include "net/event_loop.h"
#include "net/fd.h"

namespace graylane::daemon {

class Signals final : public net::Handler {
 public:
  using Numbers = std::initializer_list<int>;

  /// In the calling thread, and in those that it starts from now on: one that does not block a signal would be ended by it.
  static void block(Numbers signals);

  /// Blocks them, too.
  Signals(Numbers signals, std::function<void(int)> told);

  /// Readable when there is one; the owner adds it to the loop.
  int fd() const { return fd_.get(); }
  void on_events(uint32_t epoll_events) override;

 private:
  std::function<void(int)> told_;
  net::Fd fd_;
};

}  // namespace graylane::daemon
