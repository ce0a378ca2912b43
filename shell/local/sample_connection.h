// SampleConnection: one client of the sample server. In the loop's thread.
#pragma once

#include <functional>
#include <string>

#include "http/h1_body.h"
#include "http/h1_head.h"
#include "local/sample_server.h"
#include "net/event_loop.h"

namespace graylane::local {

class SampleConnection final : public net::Handler {
 public:
  /// `on_end`: it has closed; it is to be destroyed, but not within the call.
  SampleConnection(net::EventLoop& loop, const SampleServerOptions& options, net::Fd socket, std::function<void()> on_end);
  ~SampleConnection();

  Result<void> begin();
  /// From now on every answer closes.
  void begin_stop() { stopping_ = true; }
  /// Between requests; closes then.
  void close_if_idle();

 private:
  enum class Step : uint8_t { kHead, kBody, kFlush, kLinger, kClosed };

  void on_events(uint32_t epoll_events) override;
  bool receive();
  void advance();
  bool read_head();
  bool read_body();
  void refuse(const http::Refusal& refusal);
  void answer();
  void send_answer(int status, std::string_view reason, std::string_view type, const std::string& body, bool keep_alive);
  void flush();
  void close();
  void on_timer();

  net::EventLoop& loop_;
  const SampleServerOptions& options_;
  net::Fd socket_;
  std::function<void()> on_end_;
  net::CallbackTimer timer_;
  Step step_ = Step::kHead;
  bool stopping_ = false;
  bool input_ended_ = false;
  std::string in_;
  std::string out_;
  size_t sent_ = 0;

  // Of the present request.
  http::HeadEnd head_end_;
  http::RequestHead head_;
  http::BodyReader body_;
  std::string method_, target_;
  std::string request_id_;  // as the gateway, or its client, named it
  std::string echo_;        // the JSON so far; empty: not asked for
  bool keep_alive_ = false;
  bool http_1_1_ = true;
};

}  // namespace graylane::local
