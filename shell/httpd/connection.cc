#include "httpd/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace graylane::httpd {

namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kKeptBytes = 1024;         // of a buffer that is empty; there may be thousands of idle connections
constexpr size_t kPieceBelow = 16 * 1024;   // waiting bytes under which the next piece of a body is made
constexpr size_t kRecordBytes = 16 * 1024;  // the most that a record of TLS holds
constexpr std::chrono::milliseconds kEndingTime{1'000};
constexpr size_t kEndingBytesMax = 1024 * 1024;

void release_if_empty(std::string& buffer) {
  if (buffer.empty() && buffer.capacity() > kKeptBytes) std::string().swap(buffer);
}

/// Tells what the callback is for once the present calls have returned.
void call_later(net::EventLoop& loop, std::function<void()> callback) {
  if (callback) loop.at_end_of_turn(std::move(callback));
}

}  // namespace

Connection::Connection(net::EventLoop& loop, Server& server, net::Fd fd, const net::SocketAddress& peer)
    : loop_(loop), server_(server), fd_(std::move(fd)), peer_(peer) {}

Result<void> Connection::start() {
  if (server_.tls_) {
    tls_ = TlsSession::accept(*server_.tls_, fd_.get());
    if (!tls_) return fail(ErrorCode::kUnavailable, "no memory for a TLS session");
    state_ = State::kHandshake;
  }
  loop_.arm(read_timer_, tls_ ? server_.limits_.handshake_timeout : server_.limits_.idle_timeout);
  return loop_.add(fd_.get(), *this);
}

void Connection::close() {
  if (!fd_) return;
  if (tls_ && state_ == State::kIdle && pending() == 0) tls_->finish();  // nothing is broken off
  loop_.at_end_of_turn([keep = shared_from_this()] {});                  // callers up the stack still use it
  loop_.remove(fd_.get(), *this);  // a process that is being started may hold a copy: closing alone would not take it out
  fd_.reset();
  read_timer_.cancel();
  write_timer_.cancel();
  response_ = {};
  server_.hold(std::exchange(held_bytes_, 0), 0);
  if (const auto exchange = std::exchange(exchange_, nullptr)) {
    exchange->state = Exchange::State::kGone;
    exchange->connection = nullptr;
    exchange->on_drain = nullptr;
    call_later(loop_, std::exchange(exchange->on_gone, nullptr));
  }
  server_.forget(*this);
}

void Connection::close_when_idle() {
  if (state_ == State::kHandshake || (state_ == State::kIdle && pending() == 0)) close();
}

void Connection::on_events(uint32_t epoll_events) {
  if ((epoll_events & (EPOLLHUP | EPOLLERR)) != 0) return close();
  if ((epoll_events & EPOLLRDHUP) != 0) peer_closed_ = true;
  if (peer_closed_ && exchange_ && exchange_->state == Exchange::State::kStreaming) return close();
  // TLS may have to write before it can read.
  readable_ = readable_ || tls_ || (epoll_events & (EPOLLIN | EPOLLRDHUP)) != 0;
  if ((epoll_events & EPOLLOUT) != 0) flush();
  pump();
}

void Connection::on_read_timer() {
  if (state_ == State::kHead) refuse(408, "the request's head did not come in time");
  else if (state_ == State::kBody) refuse(408, "the request's body did not come in time");
  else if (state_ == State::kIdle && pending() != 0) loop_.arm(read_timer_, server_.limits_.idle_timeout);  // see write_timer_
  else close();
}

// ---- reading ----

void Connection::pump() {
  if (std::exchange(pumping_, true)) return;
  // A client that sends requests and reads no answers is not read from.
  const auto may_go_on = [this] {
    return fd_ && !closing_ && state_ != State::kAnswer && pending() < server_.limits_.stream_bytes_full;
  };
  while (may_go_on() && (process() || read_some())) {}
  pumping_ = false;
  account();
}

/// True: it got on.
bool Connection::shake_hands() {
  switch (tls_->handshake()) {
    case TlsSession::Handshake::kWaits: return false;
    case TlsSession::Handshake::kDone:
      tls_peer_ = tls_->peer();
      state_ = State::kIdle;
      loop_.arm(read_timer_, server_.limits_.idle_timeout);
      return true;
    case TlsSession::Handshake::kPlainHttp:
      tls_.reset();
      refuse(text_response(400, "Client sent an HTTP request to an HTTPS server."));  // the words that Go's servers have
      return true;
    case TlsSession::Handshake::kFailed: wait_for_end(); return true;
  }
  return false;
}

/// True: there are new bytes.
bool Connection::read_some() {
  if (!readable_ || state_ == State::kHandshake) return false;
  std::string& scratch = server_.scratch_;
  if (scratch.size() < kReadBytes) scratch.resize(kReadBytes);
  const ssize_t got = tls_ ? tls_->receive(scratch.data(), kReadBytes) : ::recv(fd_.get(), scratch.data(), kReadBytes, 0);
  const int error = errno;
  if (got > 0) input_.append(scratch, 0, static_cast<size_t>(got));
  if (got > 0 || (got < 0 && error == EINTR)) return true;
  readable_ = false;
  if (got < 0 && error == EAGAIN) return false;
  peer_closed_ = true;
  if (got < 0 || pending() == 0) close();
  else closing_ = true;  // it closed its side only and may still read the last answer
  return false;
}

/// True: it got on, and may get on further with the bytes that are there.
bool Connection::process() {
  switch (state_) {
    case State::kHandshake: return shake_hands();
    case State::kIdle:
      if (input_.empty()) return false;
      state_ = State::kHead;
      form_ = {};
      loop_.arm(read_timer_, server_.limits_.head_timeout);
      return true;
    case State::kHead: return process_head();
    case State::kBody: return process_body();
    case State::kEnding:
      discarded_ += input_.size();
      input_.clear();
      if (discarded_ <= kEndingBytesMax) return false;
      close();
      return true;
    case State::kAnswer: return false;
  }
  return false;
}

bool Connection::process_head() {
  switch (head_end_.look(input_)) {
    case http::HeadEnd::State::kBad: refuse(400, "the request's head is malformed: every line has to end with CRLF"); return true;
    case http::HeadEnd::State::kMore:
      if (const auto refusal = http::refuse_unfinished(input_, server_.limits_.head)) {
        refuse(refusal.status, refusal.why);
        return true;
      }
      return false;
    case http::HeadEnd::State::kFound: break;
  }
  const size_t size = head_end_.size();
  if (const auto refusal = http::parse_request_head(std::string_view(input_).substr(0, size), server_.limits_.head, head_)) {
    refuse(refusal.status, refusal.why);
    return true;
  }
  take_head();
  head_end_.reset();
  input_.erase(0, size);
  return true;
}

void Connection::take_head() {
  form_ = {head_.method == "HEAD", head_.http_1_1, head_.keep_alive};
  request_ = Request();
  request_.method = head_.method;
  request_.host = head_.host;
  request_.peer = peer_;
  request_.tls = tls_peer_;
  for (const http::HeaderField& field : head_.fields)
    request_.headers.push_back({std::string(field.name), std::string(field.value)});
  if (!take_target(head_.target)) return refuse(400, "the query holds a '%' that is not followed by two hex digits");
  if (refuses_head()) return;
  body_.start(head_.framing, head_.content_length);
  state_ = State::kBody;
  loop_.arm(read_timer_, server_.limits_.body_timeout);
  if (!head_.expects_continue) return;
  output_ += "HTTP/1.1 100 Continue\r\n\r\n";
  schedule_flush();
}

/// Also whom nothing is to be read from.
bool Connection::refuses_head() {
  const bool has_body = head_.framing == http::Framing::kChunked || head_.content_length > 0;
  auto answer = has_body && server_.early_.to_head ? server_.early_.to_head(request_) : std::nullopt;
  if (answer) refuse(*answer);
  else if (head_.content_length > server_.limits_.body_bytes_max) refuse_long_body();
  return closing_;
}

void Connection::refuse_long_body() {
  if (server_.early_.to_long_body) return refuse(server_.early_.to_long_body(request_));
  refuse(413, "the request's body is longer than " + std::to_string(server_.limits_.body_bytes_max) + " bytes");
}

bool Connection::take_target(std::string_view target) {
  if (const size_t scheme = target.find("://"); !target.starts_with('/') && scheme != target.npos) {
    target.remove_prefix(scheme + 3);
    const size_t authority = std::min(target.find_first_of("/?"), target.size());
    request_.host = target.substr(0, authority);
    target.remove_prefix(authority);
  }
  const size_t question = std::min(target.find('?'), target.size());
  request_.path = question == 0 ? "/" : target.substr(0, question);
  auto query = parse_query(question == target.size() ? std::string_view() : target.substr(question + 1));
  if (!query) return false;
  request_.query = std::move(*query);
  return true;
}

bool Connection::process_body() {
  std::string_view rest = input_;
  while (body_.state() == http::BodyReader::State::kMore && !rest.empty()) {
    const auto piece = body_.next(rest);
    request_.body += piece.data;
    rest.remove_prefix(piece.consumed);
  }
  input_.erase(0, input_.size() - rest.size());
  if (request_.body.size() > server_.limits_.body_bytes_max) {
    refuse_long_body();
    return true;
  }
  if (body_.state() == http::BodyReader::State::kMore) return false;
  if (body_.state() == http::BodyReader::State::kBad) refuse(400, body_.why());
  else dispatch();
  return true;
}

void Connection::dispatch() {
  state_ = State::kAnswer;
  read_timer_.cancel();
  exchange_ = std::make_shared<Exchange>();
  exchange_->connection = this;
  server_.handler_(std::exchange(request_, {}), Responder(exchange_));
}

/// Before a handler had it: the answer, and the end of the connection, since what follows cannot be trusted to be a request.
void Connection::refuse(uint16_t status, std::string_view why) {
  refuse(text_response(status, std::to_string(status) + " " + std::string(reason_of(status)) + ": " + std::string(why)));
}

void Connection::refuse(const Response& response) {
  read_timer_.cancel();
  form_.keep_alive = false;
  append_head(output_, response, form_, http::Framing::kLength);
  if (may_have_body(form_, response.status)) output_ += response.body;
  closing_ = true;
  schedule_flush();
}

// ---- writing ----

void Connection::respond(const Response& response) {
  form_.keep_alive = form_.keep_alive && !server_.draining_;
  if (response.rest && may_have_body(form_, response.status)) {
    let_go_of_exchange();
    response_ = response;
    head_sent_ = false;
    loop_.arm(read_timer_, server_.limits_.answer_timeout);
    return make_piece();
  }
  append_head(output_, response, form_, response.rest ? http::Framing::kChunked : http::Framing::kLength);
  if (may_have_body(form_, response.status)) output_ += response.body;
  finish();
}

void Connection::make_piece() {
  turn_asked_ = false;
  if (!fd_ || !response_.rest) return;
  std::string piece = std::exchange(response_.body, {});
  const bool more = response_.rest->next(piece);
  if (!head_sent_ && !more) {  // it is whole
    response_.body = std::move(piece);
    append_head(output_, response_, form_, http::Framing::kLength);
    output_ += response_.body;
    return complete();
  }
  if (!head_sent_ && !piece.empty()) begin_rest();
  append_chunk(piece, form_.http_1_1);
  if (more) return schedule_flush();  // which asks for the next turn
  if (form_.http_1_1) output_ += http::kLastChunk;
  complete();
}

void Connection::begin_rest() {
  head_sent_ = true;
  form_.keep_alive = form_.keep_alive && form_.http_1_1;
  append_head(output_, response_, form_, form_.http_1_1 ? http::Framing::kChunked : http::Framing::kUntilClose);
}

void Connection::append_chunk(std::string_view chunk, bool chunked) {
  if (chunk.empty()) return;
  if (chunked) output_ += http::chunk_head(chunk.size()).view();
  output_ += chunk;
  if (chunked) output_ += http::kChunkEnd;
}

/// Once the client has taken most of what there is.
void Connection::ask_for_turn() {
  if (!response_.rest || pending() >= kPieceBelow || std::exchange(turn_asked_, true)) return;
  server_.turns_.ask([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->make_piece();
  });
}

void Connection::begin_stream(Response response) {
  Exchange& exchange = *exchange_;
  if (peer_closed_) return close();
  exchange.state = Exchange::State::kStreaming;
  exchange.chunked = form_.http_1_1;
  form_.keep_alive = form_.keep_alive && !server_.draining_ && (exchange.chunked || form_.head_only);
  exchange.has_body = may_have_body(form_, response.status);
  const std::string first = std::exchange(response.body, {});
  append_head(output_, response, form_, exchange.chunked ? http::Framing::kChunked : http::Framing::kUntilClose);
  schedule_flush();
  write(first);
}

Responder::Flow Connection::write(std::string_view chunk) {
  Exchange& exchange = *exchange_;
  if (!exchange.has_body || chunk.empty()) return Responder::Flow::kMore;
  if (pending() + chunk.size() > std::max(server_.limits_.stream_bytes_max, chunk.size())) {
    cut_off();
    return Responder::Flow::kGone;
  }
  append_chunk(chunk, exchange.chunked);
  schedule_flush();
  exchange.full = pending() >= server_.limits_.stream_bytes_full;
  return exchange.full ? Responder::Flow::kFull : Responder::Flow::kMore;
}

void Connection::end_stream() {
  if (exchange_->has_body && exchange_->chunked) output_ += http::kLastChunk;
  finish();
}

void Connection::cut_off() {
  // With bytes unsent this resets the connection; without the last chunk the client knows that it did not get all.
  const struct linger reset{.l_onoff = 1, .l_linger = 0};
  if (exchange_ && !exchange_->chunked) ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close();
}

/// Its responder has said all.
void Connection::let_go_of_exchange() {
  const auto exchange = std::exchange(exchange_, nullptr);
  exchange->state = Exchange::State::kDone;
  exchange->connection = nullptr;
  exchange->on_gone = nullptr;
  exchange->on_drain = nullptr;
}

void Connection::finish() {
  let_go_of_exchange();
  complete();
}

/// The answer is.
void Connection::complete() {
  response_ = {};
  closing_ = !form_.keep_alive || server_.draining_;
  state_ = State::kIdle;
  loop_.arm(read_timer_, server_.limits_.idle_timeout);
  schedule_flush();
}

void Connection::schedule_flush() {
  if (std::exchange(flush_scheduled_, true)) return;
  loop_.at_end_of_turn([keep = shared_from_this()] { keep->end_of_turn(); });
}

void Connection::end_of_turn() {
  flush_scheduled_ = false;
  flush();
  pump();  // what came while the handler had the request
}

/// What is to be sent now. While more of an answer follows, that is whole records of TLS: what each piece leaves over would be one of
/// its own, and its reader has as much work with it as with a full one.
std::string_view Connection::sendable() const {
  const std::string_view rest = std::string_view(output_).substr(sent_);
  return tls_ && response_.rest ? rest.substr(0, rest.size() / kRecordBytes * kRecordBytes) : rest;
}

void Connection::flush() {
  const size_t before = sent_;
  for (std::string_view rest = sendable(); fd_ && !rest.empty(); rest = sendable()) {
    const ssize_t sent = tls_ ? tls_->send(rest) : ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) sent_ += static_cast<size_t>(sent);
    else if (sent < 0 && errno == EAGAIN) break;
    else if (sent < 0 && errno != EINTR) return close();
  }
  if (!fd_) return;
  if (sendable().empty()) write_timer_.cancel();
  else if (sent_ != before || !write_timer_.armed()) loop_.arm(write_timer_, server_.limits_.write_timeout);
  if (pending() == 0) {
    output_.clear();
    sent_ = 0;
    if (closing_ && state_ != State::kEnding) end_output();
  }
  if (sent_ > output_.size() / 2) {
    output_.erase(0, sent_);
    sent_ = 0;
  }
  release_if_empty(output_);
  account();
  tell_drained();
  ask_for_turn();
}

void Connection::account() {
  if (!fd_) return;
  release_if_empty(input_);
  const size_t of_rest = response_.rest ? response_.rest->held_bytes() : 0;
  const size_t of_tls = tls_ ? tls_->held_bytes() : 0;
  const size_t held = input_.capacity() + request_.body.capacity() + output_.capacity() + of_rest + of_tls;
  server_.hold(std::exchange(held_bytes_, held), held);
}

void Connection::tell_drained() {
  if (!exchange_ || !exchange_->full || pending() > server_.limits_.stream_bytes_full / 2) return;
  exchange_->full = false;
  loop_.at_end_of_turn([exchange = exchange_] {
    if (exchange->state != Exchange::State::kStreaming || !exchange->on_drain) return;
    const auto callback = exchange->on_drain;  // it may set another one
    callback();
  });
}

/// All is sent, and nothing will follow.
void Connection::end_output() {
  if (tls_ && !tls_->finish()) loop_.arm(write_timer_, server_.limits_.write_timeout);  // flush() comes back here
  else wait_for_end();
}

void Connection::wait_for_end() {
  tls_.reset();  // what still comes is thrown away unread
  ::shutdown(fd_.get(), SHUT_WR);
  state_ = State::kEnding;
  closing_ = false;
  discarded_ = 0;
  readable_ = true;  // until the end of input, also when that was announced
  loop_.arm(read_timer_, kEndingTime);
}

}  // namespace graylane::httpd
