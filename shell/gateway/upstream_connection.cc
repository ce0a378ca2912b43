#include "gateway/upstream_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "gateway/exchange.h"
#include "gateway/worker.h"
#include "net/socket.h"

namespace graylane::gateway {

namespace {

constexpr size_t kFixedBytes = 128;  // of a request's head: at most this much stands between its parts

}  // namespace

UpstreamConnection::UpstreamConnection(Worker& worker, Endpoint& endpoint, net::Fd fd)
    : Connection(worker, std::move(fd)), endpoint_(endpoint), phase_(Phase::kConnecting) {
  ++endpoint_.connections;
}

UpstreamConnection::~UpstreamConnection() { --endpoint_.connections; }

bool UpstreamConnection::still_open() const {
  char byte = 0;
  return recv(fd(), &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

void UpstreamConnection::assign(Exchange& exchange, const UpstreamTimeouts& timeouts) {
  exchange_ = &exchange;
  timeouts_ = timeouts;
  ++uses_;
  ++endpoint_.in_flight;
  request_done_ = response_done_ = keep_alive_ = false;
  head_end_.reset();
  if (connected_) {
    phase_ = Phase::kHead;
    cancel();
  } else {
    wait(timeouts_.connect);
  }
}

void UpstreamConnection::close_idle() { drop(); }

// ---- the request ----

void UpstreamConnection::send_head(const RequestStart& request) {
  http_1_0_ = request.http_1_0;
  head_request_ = request.method == "HEAD";
  request_framing_ = request.body.length    ? http::Framing::kLength
                     : request.body.follows ? http::Framing::kChunked
                                            : http::Framing::kNone;
  const http::FramingLine framing = http::framing_line(request_framing_, request.body.length.value_or(0));
  HeadText& text = worker().writer().head();
  text.begin(kFixedBytes + request.method.size() + request.target.size() + request.host.size() + size_of(request.fields) +
             request.upgrade.size() + framing.size);
  text.put(request.method).put(" ").put(request.target).put(http_1_0_ ? " HTTP/1.0\r\nHost: " : " HTTP/1.1\r\nHost: ");
  text.put(request.host).put("\r\n").put(request.fields);
  if (!request.upgrade.empty()) text.put("Connection: upgrade\r\nUpgrade: ").put(request.upgrade).put("\r\n");
  text.put(framing.view()).put("\r\n");
  worker().writer().add(*this, text.view());
}

void UpstreamConnection::send_body(std::string_view bytes) {
  if (phase_ == Phase::kTunnel) wait(timeouts_.read);
  if (phase_ != Phase::kTunnel && request_framing_ == http::Framing::kChunked) {
    worker().writer().add_chunk(*this, bytes);
  } else {
    worker().writer().add(*this, bytes);
  }
}

void UpstreamConnection::send_end(std::string_view trailers) {
  Writer& writer = worker().writer();
  if (request_framing_ == http::Framing::kChunked) {
    if (trailers.empty()) {
      writer.add(*this, http::kLastChunk);
    } else {
      writer.add(*this, "0\r\n");
      writer.add(*this, trailers);
      writer.add(*this, "\r\n");
    }
  }
  writer.flush();
  request_done_ = true;
  if (!blocked()) wait(timeouts_.read);
}

void UpstreamConnection::on_blocked() { wait(timeouts_.send); }

void UpstreamConnection::on_drained() {
  if (exchange_ == nullptr) return;
  if (request_done_ || phase_ == Phase::kTunnel) {
    wait(timeouts_.read);
  } else {
    cancel();
  }
  exchange_->on_upstream_drained();
}

void UpstreamConnection::on_writable() {
  if (connected_) return drain_output();
  if (exchange_ == nullptr) return;
  if (const int error = net::socket_error(fd()); error != 0) return on_broken(error);
  connected_ = true;
  phase_ = Phase::kHead;
  cancel();
  exchange_->on_connected();
}

// ---- the response ----

bool UpstreamConnection::wants_input() const {
  if (!connected_) return false;
  return exchange_ == nullptr || exchange_->accepts_response();
}

void UpstreamConnection::read_later() {
  if (exchange_ != nullptr && (request_done_ || phase_ == Phase::kTunnel)) wait(timeouts_.read);
  resume_later();
}

size_t UpstreamConnection::take(std::string_view bytes) {
  if (exchange_ == nullptr) {  // nobody asked for it
    drop();
    return bytes.size();
  }
  taking_ = true;
  const size_t used = take_message(bytes);
  taking_ = false;
  const bool detached = exchange_ == nullptr;
  after_taking(bytes.size() - used);
  return detached ? bytes.size() : used;
}

void UpstreamConnection::after_taking(size_t left_over) {
  if (closed()) return;
  if (exchange_ == nullptr) return detach(left_over);
  if (!exchange_->accepts_response()) {
    cancel();  // the client is slow, not the endpoint
  } else if (request_done_ || phase_ == Phase::kTunnel) {
    wait(timeouts_.read);
  }
}

Connection::Ahead UpstreamConnection::ahead() {
  if (exchange_ == nullptr || phase_ != Phase::kBody) return {};
  return {exchange_->response_target(), body_.data_ahead()};
}

void UpstreamConnection::on_moved(size_t bytes) {
  taking_ = true;
  body_.skip(bytes);
  exchange_->on_response_moved(bytes);
  if (body_.state() == http::BodyReader::State::kDone) end_message();
  taking_ = false;
  after_taking(0);
}

size_t UpstreamConnection::take_message(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && exchange_ != nullptr && !closed()) {
    const std::string_view rest = bytes.substr(used);
    if (phase_ == Phase::kTunnel) {
      exchange_->on_response_body(rest);
      return bytes.size();
    }
    const size_t taken = phase_ == Phase::kHead ? take_head(rest) : take_body(rest);
    if (taken == 0) break;
    used += taken;
  }
  return used;
}

size_t UpstreamConnection::take_head(std::string_view bytes) {
  const http::HeadLimits& limits = worker().limits().response_head;
  const auto state = head_end_.look(bytes);
  if (state == http::HeadEnd::State::kMore && bytes.size() <= limits.bytes_max) return 0;
  http::ResponseHead& head = worker().response_head();
  if (state != http::HeadEnd::State::kFound || head_end_.size() > exchange_->response_head_bytes_max() ||
      http::parse_response_head(bytes.substr(0, head_end_.size()), head_request_ ? "HEAD" : "GET", limits, head)) {
    fail(Failure::kBadResponse);
    return bytes.size();
  }
  const size_t size = head_end_.size();
  head_end_.reset();
  if (head.status < 200 && head.status != 101) return size;  // an interim answer: the real one follows
  keep_alive_ = head.keep_alive && head.status != 101 && !http_1_0_;
  body_.start(head.framing, head.content_length);
  phase_ = Phase::kBody;
  exchange_->on_response_head(head);
  if (exchange_ != nullptr && phase_ == Phase::kBody && body_.state() == http::BodyReader::State::kDone) end_message();
  return size;
}

size_t UpstreamConnection::take_body(std::string_view bytes) {
  const http::BodyReader::Piece piece = body_.next(bytes);
  if (!piece.data.empty()) exchange_->on_response_body(piece.data);
  if (exchange_ == nullptr) return piece.consumed;
  if (body_.state() == http::BodyReader::State::kDone) {
    end_message();
  } else if (body_.state() == http::BodyReader::State::kBad) {
    fail(Failure::kCut);
  }
  return piece.consumed;
}

void UpstreamConnection::end_message() {
  response_done_ = true;
  exchange_->on_response_end(body_.trailers());
}

void UpstreamConnection::on_input_end() {
  if (exchange_ == nullptr) return drop();
  if (phase_ == Phase::kTunnel) return exchange_->on_response_end({});
  if (phase_ == Phase::kBody) {
    body_.end_of_input();
    keep_alive_ = false;
    if (body_.state() == http::BodyReader::State::kDone) return end_message();
  }
  fail(phase_ == Phase::kBody ? Failure::kCut : Failure::kClosed);
}

// ---- ends ----

void UpstreamConnection::release() {
  exchange_ = nullptr;
  --endpoint_.in_flight;
  if (!taking_) drop();
}

/// After the exchange has let go while its answer was being taken.
void UpstreamConnection::detach(size_t left_over) {
  push();
  const bool reusable = response_done_ && request_done_ && keep_alive_ && left_over == 0 && !blocked() && !has_input();
  if (!reusable) return drop();
  phase_ = Phase::kIdle;
  worker().pool().put_idle(*this);
  wait(worker().limits().upstream_idle_timeout);
}

void UpstreamConnection::fail(Failure failure) {
  if (exchange_ == nullptr) return drop();
  Exchange& exchange = *exchange_;
  exchange_ = nullptr;
  --endpoint_.in_flight;
  drop();
  exchange.on_upstream_failed(failure);
}

void UpstreamConnection::drop() {
  if (closed()) return;
  close();
  worker().pool().closed(*this);
}

void UpstreamConnection::on_hang_up() {
  if (!connected_) on_broken(net::socket_error(fd()));
}

void UpstreamConnection::on_broken(int) {
  if (!connected_) return fail(Failure::kConnect);
  // It may have answered before it stopped reading: a request that is too large, for example.
  if (!std::exchange(broken_, true)) read_rest();
  if (closed()) return;
  fail(phase_ == Phase::kHead ? Failure::kClosed : Failure::kCut);
}

void UpstreamConnection::on_timer() {
  worker().begin_event();
  if (exchange_ == nullptr) return drop();
  if (!connected_) return fail(Failure::kConnectTimeout);
  fail(phase_ == Phase::kHead ? Failure::kTimeout : Failure::kCut);
}

}  // namespace graylane::gateway
