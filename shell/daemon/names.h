// Names: the names of ExternalName Services, looked up by this machine in threads and kept as slices in the store. Lives at most
// as long as its loop and client; one thread, the loop's.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "control/external_names.h"
#include "net/event_loop.h"
#include "net/resolver.h"

namespace graylane::daemon {

class Names {
 public:
  /// `again` is called when step() has something to do.
  Names(net::EventLoop& loop, control::Client& client, std::function<void()> again)
      : loop_(loop), again_(again), resolver_(*this), names_(client, resolver_), timer_(std::move(again)) {}

  Result<bool> step() {
    const net::Instant now = std::chrono::steady_clock::now();
    auto changed = names_.step(now);
    if (const auto due = names_.look_again()) loop_.arm(timer_, std::max(kPauseMin, std::chrono::ceil<Milliseconds>(*due - now)));
    return changed;
  }
  Diagnostics diagnostics() const { return names_.diagnostics(); }

 private:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr Milliseconds kPauseMin{100};

  /// The answers come from other threads to the loop's.
  class Resolver final : public control::NameResolver {
   public:
    explicit Resolver(Names& names)
        : resolver_([&names](const std::string& name, net::Resolver::Answer answer) {
            names.loop_.post([&names, name, found = std::move(answer)] { names.on_answer(name, found); });
          }) {}
    void ask(const std::string& name) override { resolver_.ask(name); }

   private:
    net::Resolver resolver_;
  };

  void on_answer(const std::string& name, net::Resolver::Answer answer) {
    names_.answered(name, std::move(answer), std::chrono::steady_clock::now());
    again_();
  }

  net::EventLoop& loop_;
  std::function<void()> again_;
  Resolver resolver_;
  control::ExternalNames names_;
  net::CallbackTimer timer_;
};

}  // namespace graylane::daemon
