// Client: one connection that sends requests one after the other and checks each answer: status 200, the length asked for, and
// that many bytes. What to send next, and what became of it, is its owner's affair. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/address.h"
#include "net/event_loop.h"

namespace graylane::bench {

class ClientOwner {
 public:
  /// What to send now; nullptr: nothing more, the connection stays open. Lives until its answer.
  virtual const std::string* next_request() = 0;
  virtual void on_answer(std::chrono::nanoseconds latency, bool right) = 0;
  /// The connection broke before an answer was complete, or could not be made.
  virtual void on_failure(const std::string& why) = 0;
  virtual size_t answer_bytes() const = 0;
  /// A new connection for each request.
  virtual bool closes() const = 0;

 protected:
  ~ClientOwner() = default;
};

class Client final : public net::Handler {
 public:
  Client(net::EventLoop& loop, const net::SocketAddress& target, ClientOwner& owner);
  ~Client();
  /// Connects, and sends what the owner says.
  void start();

 private:
  enum class State : uint8_t { kIdle, kHead, kBody };

  void on_events(uint32_t epoll_events) override;
  void disconnect();
  void send_next();
  bool flush();
  bool read(bool hangup);
  bool take_head();
  void finish();
  void fail();
  std::string why_it_failed() const;

  net::EventLoop& loop_;
  const net::SocketAddress target_;
  ClientOwner& owner_;
  net::Fd fd_;
  State state_ = State::kIdle;
  bool right_ = true;
  bool last_ = false;  // the answer ends the connection
  std::string_view unsent_;
  net::Instant sent_at_;
  size_t filled_ = 0;     // of head_
  size_t body_left_ = 0;  // bytes
  std::array<char, 2048> head_;
};

}  // namespace graylane::bench
