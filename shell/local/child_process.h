// ChildProcess: one program under a supervisor of its own (supervise.h). Lives in the loop's thread; destroying it kills
// everything that the program has started and waits for that, two seconds at most.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "local/supervise.h"
#include "net/event_loop.h"

namespace graylane::local {

struct ChildSpec {
  std::string supervisor = "/proc/self/exe";
  std::vector<std::string> command;      // found through PATH of `environment`
  std::vector<std::string> environment;  // "NAME=VALUE"; nothing else is inherited
  std::string folder;
  std::string log;  // empty: output is thrown away
  uint64_t log_bytes_max = 0;
  int claim = -1;  // a descriptor to be held by the supervisor
};

class ChildProcess final : public net::Handler {
 public:
  enum class State : uint8_t { kStarting, kRunning, kFailed, kEnded };

  /// `on_change`: after state() changed; it must not destroy the process. kUnavailable: no process can be made.
  static Result<std::unique_ptr<ChildProcess>> start(net::EventLoop& loop, const ChildSpec& spec,
                                                     std::function<void()> on_change);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  State state() const { return state_; }
  bool alive() const { return state_ == State::kStarting || state_ == State::kRunning; }
  int exit_code() const { return exit_code_; }             // 128 + signal when a signal ended it
  int signal() const { return signal_; }                   // 0: none
  const std::string& failure() const { return failure_; }  // why it could not start

  void stop() { order(Order::kStop); }  // SIGTERM
  void kill() { order(Order::kKill); }  // SIGKILL to all
  /// Begins what the destructor finishes, so that many can end at the same time.
  void let_go() { orders_.reset(); }
  pid_t supervisor() const { return supervisor_; }
  pid_t program() const { return program_; }  // 0 before kRunning

 private:
  ChildProcess(net::EventLoop& loop, pid_t supervisor, net::Fd orders, net::Fd reports, std::function<void()> on_change);
  void on_events(uint32_t epoll_events) override;
  void order(Order order);
  void read_line(const std::string& line);
  void on_end_of_reports();
  void wait_for_end();

  net::EventLoop& loop_;
  pid_t supervisor_;
  pid_t program_ = 0;
  net::Fd orders_;
  net::Fd reports_;
  std::function<void()> on_change_;
  std::string unread_;
  State state_ = State::kStarting;
  int exit_code_ = 0;
  int signal_ = 0;
  std::string failure_;
};

}  // namespace graylane::local
