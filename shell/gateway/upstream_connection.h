// UpstreamConnection: one HTTP/1.1 connection to an endpoint. It serves one exchange after another; between two it waits in the
// pool. It writes the requests' framing itself and takes the responses' framing off.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/connection.h"
#include "gateway/endpoint.h"
#include "gateway/exchange_sides.h"
#include "gateway/list.h"
#include "http/h1_body.h"
#include "http/h1_head.h"

namespace graylane::gateway {

class Exchange;

/// Why an upstream gave no whole answer.
enum class Failure : uint8_t {
  kConnect,  // refused or unreachable
  kConnectTimeout,
  kClosed,       // before the answer's head
  kTimeout,      // before the answer's head
  kBadResponse,  // its head is not HTTP
  kCut,          // after the answer's head
};

struct UpstreamTimeouts {
  std::chrono::milliseconds connect{};
  std::chrono::milliseconds read{};
  std::chrono::milliseconds send{};
};

class UpstreamConnection final : public Connection, public UpstreamSide, public ListLinks {
 public:
  UpstreamConnection(Worker& worker, Endpoint& endpoint, net::Fd fd);
  ~UpstreamConnection() override;

  Endpoint& endpoint() const { return endpoint_; }
  bool pooled() const { return uses_ > 1; }  // it served another exchange before this one
  bool connected() const { return connected_; }
  /// False: the endpoint has closed it, or has sent something that nobody asked for. A system call.
  bool still_open() const;
  void assign(Exchange& exchange, const UpstreamTimeouts& timeouts);
  /// Has waited long enough in the pool.
  void close_idle();

  // UpstreamSide
  void send_head(const RequestStart& request) override;
  void send_body(std::string_view bytes) override;
  void send_end(std::string_view trailers) override;
  bool blocked() const override { return output_waits(); }
  void read_later() override;
  Connection* raw_target() override { return request_framing_ == http::Framing::kLength ? this : nullptr; }
  void start_tunnel() override { phase_ = Phase::kTunnel; }
  void finish_tunnel() override { finish_output(); }
  void release() override;

 private:
  enum class Phase : uint8_t { kIdle, kConnecting, kHead, kBody, kTunnel };

  // Connection
  bool wants_input() const override;
  size_t take(std::string_view bytes) override;
  Ahead ahead() override;
  void on_moved(size_t bytes) override;
  void on_input_end() override;
  void on_blocked() override;
  void on_progress() override { on_blocked(); }
  void on_drained() override;
  void on_writable() override;
  void on_hang_up() override;
  void on_broken(int error) override;
  void on_timer() override;

  size_t take_message(std::string_view bytes);
  size_t take_head(std::string_view bytes);
  size_t take_body(std::string_view bytes);
  void end_message();
  /// What a part of the response leads to, once it has been passed on.
  void after_taking(size_t left_over);
  void detach(size_t left_over);
  void fail(Failure failure);
  void drop();

  Endpoint& endpoint_;
  Exchange* exchange_ = nullptr;
  UpstreamTimeouts timeouts_;
  uint32_t uses_ = 0;
  Phase phase_ = Phase::kIdle;
  http::Framing request_framing_ = http::Framing::kNone;
  bool connected_ = false;
  bool taking_ = false;
  bool broken_ = false;
  bool head_request_ = false;
  bool request_done_ = false;
  bool response_done_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;  // the request in flight
  http::HeadEnd head_end_;
  http::BodyReader body_;
};

}  // namespace graylane::gateway
