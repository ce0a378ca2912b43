// Server: a small HTTP/1.1 server for the control plane: the admin port, and an API with long answers (watch), over TLS where asked for. It serves few
// clients with care, not many with speed: a request is read whole before its handler is called. Runs on an EventLoop, in that
// loop's thread only: start, destruction, handlers and responders. Not to be destroyed by its own handlers or callbacks.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "http/h1_head.h"
#include "httpd/message.h"
#include "httpd/responder.h"
#include "httpd/tls.h"
#include "httpd/turns.h"
#include "net/event_loop.h"

namespace graylane::httpd {

struct Limits {
  size_t connections_max =
      512;  // one more is answered 503 and closed; over TLS, where that cannot be said, it waits to be accepted
  http::HeadLimits head = {};
  size_t body_bytes_max = 3 * 1024 * 1024;              // 413 over it
  std::chrono::milliseconds handshake_timeout{10'000};  // of TLS, from the connection's begin: closed
  std::chrono::milliseconds head_timeout{10'000};       // for a whole head, from its first byte: 408
  std::chrono::milliseconds body_timeout{60'000};       // for a whole body: 408
  std::chrono::milliseconds idle_timeout{75'000};       // between requests: closed
  std::chrono::milliseconds write_timeout{30'000};      // without progress while bytes wait for the client: closed
  std::chrono::milliseconds answer_timeout{300'000};    // for the whole of an answer with a BodySource: closed
  size_t stream_bytes_full = 256 * 1024;                // waiting bytes of a stream at which write() says kFull
  size_t stream_bytes_max = 4 * 1024 * 1024;            // and at which the client is cut off
  /// Of all connections together: requests that are not whole yet, and what waits for clients. Over it the connection that holds the
  /// most is closed, then the next one.
  size_t held_bytes_max = 256 * 1024 * 1024;
};

/// What requests hear whose body is not read, or not to its end; their connections are closed behind it. Both may be empty.
struct EarlyAnswers {
  /// To a head that announces a body. Nothing: the body is read.
  std::function<std::optional<Response>(const Request&)> to_head = {};
  /// To a body over Limits::body_bytes_max. Empty: a line of text.
  std::function<Response(const Request&)> to_long_body = {};
};

/// Takes (Request, Responder), or (const Request&, Responder) when the request need not outlive the call.
using RequestHandler = std::function<void(Request&&, Responder&&)>;

class Connection;

class Server final : private net::Handler {
 public:
  static Result<std::unique_ptr<Server>> start(net::EventLoop& loop, const net::SocketAddress& address, RequestHandler handler,
                                               Limits limits = {}, std::shared_ptr<const TlsContext> tls = nullptr,
                                               EarlyAnswers early = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// With the port that was taken when 0 was asked for.
  net::SocketAddress address() const { return address_; }
  size_t connections() const { return connections_.size(); }
  /// What Limits::held_bytes_max is about.
  size_t held_bytes() const { return held_bytes_; }
  /// For the connections to come, such as when the certificate was made anew. Not for a server that began without.
  void set_tls(std::shared_ptr<const TlsContext> tls) { tls_ = std::move(tls); }
  /// No new connections; those without a request are closed, the others after their answer.
  void stop_accepting();

 private:
  friend class Connection;
  Server(net::EventLoop& loop, net::Fd listener, RequestHandler handler, Limits limits, std::shared_ptr<const TlsContext> tls,
         EarlyAnswers early);
  void on_events(uint32_t epoll_events) override;
  void admit(net::Fd fd, const net::SocketAddress& peer);
  void pause_if_out_of_resources(int error);
  void wait_for_room();
  void accept_again();
  void forget(Connection& connection);
  void hold(size_t before, size_t now);
  void close_the_largest();

  net::EventLoop& loop_;
  net::Fd listener_;
  net::SocketAddress address_;
  const RequestHandler handler_;
  const EarlyAnswers early_;
  const Limits limits_;
  std::shared_ptr<const TlsContext> tls_;  // nullptr: plain HTTP
  bool draining_ = false;
  bool waits_for_room_ = false;  // and does not listen to the listener meanwhile
  net::CallbackTimer accept_again_{[this] { accept_again(); }};
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  size_t held_bytes_ = 0;
  bool closing_largest_ = false;
  Turns turns_{loop_};                                          // of bodies that are made while they are sent
  std::string scratch_;                                         // of the connection that is at work
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for what is posted
};

}  // namespace graylane::httpd
