// Connection: one client of a Server, over TLS or not. Reads a request whole, hands it to the handler, sends what the exchange's Responder
// says, then reads the next one. All sending is done at the end of a loop turn, so that no callback runs within a Responder's
// call. Kept by its server, and by the loop until the end of the turn in which it is closed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/h1_body.h"
#include "http/h1_head.h"
#include "httpd/exchange.h"
#include "httpd/response_text.h"
#include "httpd/server.h"
#include "httpd/tls_session.h"
#include "net/event_loop.h"

namespace graylane::httpd {

class Connection final : public net::Handler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(net::EventLoop& loop, Server& server, net::Fd fd, const net::SocketAddress& peer);

  Result<void> start();
  void close();
  /// Closes it when it is between requests; else it closes after its answer.
  void close_when_idle();

  // for the Responder of the present exchange
  void respond(const Response& response);
  void begin_stream(Response response);
  Responder::Flow write(std::string_view chunk);
  void end_stream();
  /// The stream is not whole and never will be.
  void cut_off();
  size_t pending() const { return output_.size() - sent_; }

  // for the server
  /// Goes on with a body that is made while it is sent.
  void make_piece();
  /// Memory that grows with what the client sends and does not read, in bytes.
  size_t held_bytes() const { return held_bytes_; }

 private:
  enum class State : uint8_t {
    kHandshake,  // of TLS
    kIdle,
    kHead,
    kBody,
    kAnswer,  // the handler has the request
    kEnding,  // all is sent and our side closed; so that a client that still sends gets to read the answer
  };

  void on_events(uint32_t epoll_events) override;
  void on_read_timer();

  // reading
  void pump();
  bool shake_hands();
  bool read_some();
  bool process();
  bool process_head();
  void take_head();
  bool take_target(std::string_view target);
  bool refuses_head();
  bool process_body();
  void refuse_long_body();
  void dispatch();
  void refuse(uint16_t status, std::string_view why);
  void refuse(const Response& response);

  // writing
  std::string_view sendable() const;
  void schedule_flush();
  void end_of_turn();
  void flush();
  void tell_drained();
  void ask_for_turn();
  void append_chunk(std::string_view chunk, bool chunked);
  void begin_rest();
  void let_go_of_exchange();
  void finish();
  void complete();
  void account();
  void end_output();
  void wait_for_end();

  net::EventLoop& loop_;
  Server& server_;
  net::Fd fd_;
  const net::SocketAddress peer_;
  std::unique_ptr<TlsSession> tls_;  // nullptr: what is sent is sent as it is
  std::shared_ptr<const TlsPeer> tls_peer_;
  State state_ = State::kIdle;
  bool readable_ = false;     // the kernel may have more
  bool peer_closed_ = false;  // its side
  bool closing_ = false;      // when all is sent
  bool pumping_ = false;
  bool flush_scheduled_ = false;
  bool turn_asked_ = false;
  bool head_sent_ = false;  // of a response with a rest

  std::string input_;
  size_t discarded_ = 0;  // bytes, in kEnding
  http::HeadEnd head_end_;
  http::RequestHead head_;  // its views are valid during take_head() only
  http::BodyReader body_;
  AnswerForm form_;
  Request request_;

  std::string output_;
  size_t sent_ = 0;                     // of output_
  std::shared_ptr<Exchange> exchange_;  // in kAnswer; null while a rest is made
  Response response_;                   // with a rest, while that is made; no body
  size_t held_bytes_ = 0;
  net::CallbackTimer read_timer_{[this] { on_read_timer(); }};
  net::CallbackTimer write_timer_{[this] { close(); }};
};

}  // namespace graylane::httpd
