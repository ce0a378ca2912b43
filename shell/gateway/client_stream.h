// ClientStream: one HTTP/1 request and its answer on a client's connection: takes the request's framing off, writes the
// answer's, and knows whether the connection can go on afterwards. Lives from a request's first byte to the end of the
// exchange; pooled by the worker, so that an idle connection has none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/exchange.h"
#include "gateway/exchange_sides.h"
#include "http/h1_body.h"
#include "http/h1_head.h"

namespace graylane::gateway {

class ClientConnection;

class ClientStream final : public ClientSide {
 public:
  explicit ClientStream(Worker& worker) : worker_(worker), exchange_(worker, *this) {}
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // ---- by its connection ----
  void begin(ClientConnection& connection);
  void detach() { connection_ = nullptr; }  // the connection has no more to do with it
  void clear();
  bool wants_input() const;
  bool in_tunnel() const { return phase_ == Phase::kTunnel; }
  size_t take(std::string_view bytes);
  /// Of the request's body: where to, and how much is sure to come.
  Connection* body_target();
  uint64_t body_ahead() const { return body_.data_ahead(); }
  void on_request_moved(size_t bytes);
  /// FIN.
  void on_input_end();
  void on_drained();
  void on_gone();
  void on_timeout();

  // ---- ClientSide ----
  void send_continue() override;
  void send_head(const ResponseStart& response) override;
  void send_body(std::string_view bytes) override;
  void send_end(std::string_view trailers) override;
  bool blocked() const override;
  void read_later() override;
  Connection* raw_target() override;
  void on_body_moved(uint64_t bytes) override { bytes_sent_ += bytes; }
  void start_tunnel() override;
  void finish_tunnel() override;
  void cut() override;
  uint64_t bytes_sent() const override { return bytes_sent_; }

 private:
  enum class Phase : uint8_t { kHead, kBody, kAnswer, kTunnel };

  size_t take_head(std::string_view bytes);
  size_t take_body(std::string_view bytes);
  void end_body();
  void refuse(http::Refusal refusal, size_t bytes);
  void finish();
  bool can_go_on() const;
  void write(std::string_view bytes);

  Worker& worker_;
  ClientConnection* connection_ = nullptr;
  Phase phase_ = Phase::kHead;
  bool keep_alive_ = false;
  bool answered_ = false;
  http::Framing answer_framing_ = http::Framing::kNone;
  net::Instant first_byte_;
  uint64_t bytes_sent_ = 0;
  http::HeadEnd head_end_;
  http::BodyReader body_;
  http::RequestHead head_;
  std::string head_bytes_;  // what head_ points into
  Exchange exchange_;
};

}  // namespace graylane::gateway
