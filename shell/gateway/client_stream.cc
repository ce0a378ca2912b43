#include "gateway/client_stream.h"

#include <charconv>

#include "gateway/client_connection.h"
#include "gateway/worker.h"

namespace graylane::gateway {

namespace {

constexpr size_t kFixedBytes = 128;              // of an answer's head: at most this much stands between its parts
constexpr size_t kBodyDiscardedMax = 64 * 1024;  // to keep a connection whose request was answered early

}  // namespace

void ClientStream::begin(ClientConnection& connection) {
  connection_ = &connection;
  first_byte_ = worker_.loop().now();
}

void ClientStream::clear() {
  phase_ = Phase::kHead;
  keep_alive_ = answered_ = false;
  bytes_sent_ = 0;
  head_end_.reset();
  head_.method = {};  // of the request before: nothing may be told of it
  body_.start(http::Framing::kNone, 0);
  exchange_.clear();
}

// ---- the request ----

bool ClientStream::wants_input() const {
  switch (phase_) {
    case Phase::kHead: return true;
    case Phase::kBody: return exchange_.accepts_body();
    case Phase::kAnswer: return false;
    case Phase::kTunnel: return exchange_.accepts_body();
  }
  return false;
}

size_t ClientStream::take(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && connection_ != nullptr && wants_input()) {
    const std::string_view rest = bytes.substr(used);
    if (phase_ == Phase::kTunnel) {
      exchange_.on_body(rest);
      return bytes.size();
    }
    const size_t taken = phase_ == Phase::kHead ? take_head(rest) : take_body(rest);
    if (taken == 0) break;
    used += taken;
  }
  return used;
}

size_t ClientStream::take_head(std::string_view bytes) {
  const http::HeadLimits& limits = worker_.limits().request_head;
  switch (head_end_.look(bytes)) {
    case http::HeadEnd::State::kBad:
      refuse({400, "a line does not end with CRLF, or a zero byte"}, bytes.size());
      return bytes.size();
    case http::HeadEnd::State::kMore: {
      const http::Refusal refusal = http::refuse_unfinished(bytes, limits);
      if (!refusal) return 0;
      refuse(refusal, bytes.size());
      return bytes.size();
    }
    case http::HeadEnd::State::kFound: break;
  }
  head_bytes_.assign(bytes.substr(0, head_end_.size()));
  if (const http::Refusal refusal = http::parse_request_head(head_bytes_, limits, head_)) {
    refuse(refusal, head_bytes_.size());
    return bytes.size();
  }
  keep_alive_ = head_.keep_alive;
  body_.start(head_.framing, head_.content_length);
  phase_ = body_.state() == http::BodyReader::State::kDone ? Phase::kAnswer : Phase::kBody;
  if (phase_ == Phase::kBody) {
    connection_->on_body();
  } else {
    connection_->on_request();
  }
  exchange_.begin(head_, connection_->caller(), first_byte_, head_bytes_.size());
  return head_bytes_.size();
}

size_t ClientStream::take_body(std::string_view bytes) {
  const http::BodyReader::Piece piece = body_.next(bytes);
  if (!piece.data.empty()) exchange_.on_body(piece.data);
  if (connection_ == nullptr) return bytes.size();
  connection_->on_body();
  switch (body_.state()) {
    case http::BodyReader::State::kMore: break;
    case http::BodyReader::State::kBad:
      keep_alive_ = false;
      exchange_.on_bad_body(400);
      return bytes.size();
    case http::BodyReader::State::kDone: end_body();
  }
  return piece.consumed;
}

Connection* ClientStream::body_target() {
  return phase_ == Phase::kBody && head_.framing == http::Framing::kLength ? exchange_.body_target() : nullptr;
}

void ClientStream::on_request_moved(size_t bytes) {
  body_.skip(bytes);
  exchange_.on_body_moved(bytes);
  connection_->on_body();
  if (body_.state() == http::BodyReader::State::kDone) end_body();
}

void ClientStream::end_body() {
  phase_ = Phase::kAnswer;
  connection_->on_request();
  exchange_.on_body_end(body_.trailers());
  if (answered_ && connection_ != nullptr) finish();
}

void ClientStream::refuse(http::Refusal refusal, size_t bytes) {
  keep_alive_ = false;
  phase_ = Phase::kAnswer;
  head_.http_1_1 = true;
  exchange_.refuse(refusal, head_, connection_->caller(), first_byte_, bytes);
}

void ClientStream::on_input_end() {
  keep_alive_ = false;
  switch (phase_) {
    case Phase::kHead: return connection_->end_now();
    case Phase::kBody: return on_gone();
    case Phase::kAnswer: return;  // half-closed: it still reads
    case Phase::kTunnel: return exchange_.on_client_finished();
  }
}

void ClientStream::on_gone() {
  exchange_.on_client_gone();
  if (connection_ != nullptr) connection_->end_now();
}

void ClientStream::on_drained() { exchange_.on_client_drained(); }

void ClientStream::on_timeout() {
  if (blocked() || phase_ == Phase::kTunnel) return on_gone();
  if (phase_ == Phase::kHead) return refuse({408, "the head did not come in time"}, head_end_.size());
  if (phase_ == Phase::kBody && !wants_input()) return connection_->on_body();  // it waits for us
  if (phase_ == Phase::kBody) {
    keep_alive_ = false;
    return answered_ ? connection_->end_now() : exchange_.on_bad_body(408);
  }
}

// ---- the answer ----

void ClientStream::write(std::string_view bytes) {
  bytes_sent_ += bytes.size();
  worker_.writer().add(*connection_, bytes);
}

void ClientStream::send_continue() {
  write("HTTP/1.1 100 Continue\r\n\r\n");
  worker_.writer().flush();
}

/// Whether the rest of the request is short enough to be read and thrown away.
bool ClientStream::can_go_on() const {
  if (!keep_alive_ || worker_.draining()) return false;
  if (phase_ == Phase::kAnswer) return true;
  return head_.framing == http::Framing::kLength && !head_.expects_continue && body_.remaining() <= kBodyDiscardedMax;
}

void ClientStream::send_head(const ResponseStart& response) {
  answer_framing_ = response.body.length     ? http::Framing::kLength
                    : !response.body.follows ? http::Framing::kNone
                    : head_.http_1_1         ? http::Framing::kChunked
                                             : http::Framing::kUntilClose;
  keep_alive_ = can_go_on() && !response.last && answer_framing_ != http::Framing::kUntilClose;
  char status[3];
  std::to_chars(status, status + sizeof status, response.status);
  const http::FramingLine framing = http::framing_line(answer_framing_, response.body.length.value_or(0));
  HeadText& text = worker_.writer().head();
  text.begin(kFixedBytes + response.reason.size() + size_of(response.fields) + framing.size + response.upgrade.size());
  text.put("HTTP/1.1 ").put(std::string_view(status, sizeof status)).put(" ").put(response.reason);
  text.put("\r\nDate: ").put(worker_.date()).put("\r\n").put(response.fields).put(framing.view());
  if (!response.upgrade.empty()) {
    text.put("Connection: upgrade\r\nUpgrade: ").put(response.upgrade).put("\r\n\r\n");
  } else if (keep_alive_) {
    text.put("Connection: keep-alive\r\n\r\n");
  } else {
    text.put("Connection: close\r\n\r\n");
  }
  write(text.view());
}

void ClientStream::send_body(std::string_view bytes) {
  if (answer_framing_ != http::Framing::kChunked || phase_ == Phase::kTunnel) return write(bytes);
  bytes_sent_ += bytes.size();
  worker_.writer().add_chunk(*connection_, bytes);
}

void ClientStream::send_end(std::string_view trailers) {
  if (answer_framing_ == http::Framing::kChunked) {
    if (trailers.empty()) {
      write(http::kLastChunk);
    } else {
      write("0\r\n");
      write(trailers);
      write("\r\n");
    }
  }
  worker_.writer().flush();
  answered_ = true;
  if (phase_ == Phase::kBody && keep_alive_) return read_later();  // throws the rest of the request away
  finish();
}

void ClientStream::finish() { connection_->on_answered(keep_alive_); }

void ClientStream::cut() { connection_->cut(); }

bool ClientStream::blocked() const { return connection_->output_waits(); }

void ClientStream::read_later() { connection_->read_later(); }

Connection* ClientStream::raw_target() {
  const bool raw = answer_framing_ == http::Framing::kLength || answer_framing_ == http::Framing::kUntilClose;
  return raw ? connection_ : nullptr;
}

void ClientStream::start_tunnel() {
  phase_ = Phase::kTunnel;
  keep_alive_ = false;
}

void ClientStream::finish_tunnel() { connection_->finish_tunnel(); }

}  // namespace graylane::gateway
