#include "local/sample_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "doc/print.h"
#include "doc/value.h"

namespace graylane::local {

namespace {

constexpr size_t kInputBytesMax = 64 * 1024;    // held; a head is smaller, bodies are consumed as they come
constexpr size_t kOutputBytesMax = 256 * 1024;  // waiting to be sent; more requests are not read meanwhile
constexpr size_t kRequestIdBytesMax = 128;      // of what is logged
constexpr std::chrono::milliseconds kLingerMax{1'000};

/// Empty: there is none.
std::string_view request_id(const http::RequestHead& head) {
  for (const http::HeaderField& field : head.fields) {
    if (http::equal_names(field.name, "X-Request-ID")) return field.value.substr(0, kRequestIdBytesMax);
  }
  return {};
}

bool asks_for_echo(const http::RequestHead& head) {
  std::string_view query = head.target.substr(std::min(head.target.find('?'), head.target.size()));
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view parameter = query.substr(0, query.find('&'));
    if (parameter.substr(0, parameter.find('=')) == "echo") return true;
    query.remove_prefix(parameter.size());
  }
  for (const http::HeaderField& field : head.fields) {
    if (http::equal_names(field.name, "X-Echo")) return true;
  }
  return false;
}

std::string quoted(std::string_view text) { return doc::to_json(doc::Value(text)); }

/// Everything but the length of the body, which is not known yet. Fields in the order in which they came.
std::string describe(const http::RequestHead& head, const SampleServerOptions& options) {
  std::string json = "{\"text\":" + quoted(options.text) + ",\"pod\":" + quoted(options.name) +
                     ",\"method\":" + quoted(head.method) + ",\"target\":" + quoted(head.target) + ",\"version\":\"" +
                     (head.http_1_1 ? "1.1" : "1.0") + "\",\"headers\":[";
  for (const http::HeaderField& field : head.fields)
    json += (json.ends_with('[') ? "[" : ",[") + quoted(field.name) + "," + quoted(field.value) + "]";
  return json + "]";
}

}  // namespace

SampleConnection::SampleConnection(net::EventLoop& loop, const SampleServerOptions& options, net::Fd socket,
                                   std::function<void()> on_end)
    : loop_(loop), options_(options), socket_(std::move(socket)), on_end_(std::move(on_end)), timer_([this] { on_timer(); }) {}

SampleConnection::~SampleConnection() {
  if (socket_) loop_.remove(socket_.get(), *this);
}

Result<void> SampleConnection::begin() {
  loop_.arm(timer_, options_.idle_max);
  return loop_.add(socket_.get(), *this);
}

void SampleConnection::close_if_idle() {
  if (step_ == Step::kHead && in_.empty() && sent_ == out_.size()) close();
}

void SampleConnection::on_events(uint32_t) {
  if (step_ == Step::kClosed) return;
  // Edge-triggered: as long as there is room, read until there is nothing more.
  for (;;) {
    flush();
    if (step_ == Step::kClosed) break;
    const bool received = receive();
    if (step_ != Step::kLinger) advance();
    if (step_ == Step::kClosed || !received) break;
  }
  std::fflush(stdout);
}

/// Whether anything came.
bool SampleConnection::receive() {
  if (input_ended_ || in_.size() >= kInputBytesMax || out_.size() - sent_ > kOutputBytesMax) return false;
  std::array<char, 16 * 1024> buffer;
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && errno == EINTR) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) {
    input_ended_ = true;
    if (size < 0 || step_ == Step::kLinger || step_ == Step::kHead || step_ == Step::kBody) {
      // What is answered still goes out; what is half asked will never be whole.
      if (size < 0 || sent_ == out_.size()) close();
      else step_ = Step::kFlush;
    }
    return false;
  }
  if (step_ == Step::kLinger) return true;  // read and thrown away, so that closing does not reset
  in_.append(buffer.data(), static_cast<size_t>(size));
  loop_.arm(timer_, options_.idle_max);
  return true;
}

void SampleConnection::advance() {
  while (out_.size() - sent_ <= kOutputBytesMax) {
    const bool moved = step_ == Step::kHead ? read_head() : step_ == Step::kBody && read_body();
    if (!moved) break;
  }
  flush();
}

bool SampleConnection::read_head() {
  if (in_.empty()) return false;
  const http::HeadLimits limits;
  const http::HeadEnd::State state = head_end_.look(in_);
  if (state == http::HeadEnd::State::kMore && in_.size() < limits.bytes_max) return false;
  if (state == http::HeadEnd::State::kMore) return refuse({431, "head too large"}), true;
  if (state == http::HeadEnd::State::kBad) return refuse({400, "bad line end"}), true;
  const std::string_view bytes(in_.data(), head_end_.size());
  if (const http::Refusal refusal = http::parse_request_head(bytes, limits, head_)) return refuse(refusal), true;
  method_ = head_.method;
  target_ = head_.target;
  request_id_ = request_id(head_);
  http_1_1_ = head_.http_1_1;
  keep_alive_ = head_.keep_alive;
  echo_ = asks_for_echo(head_) ? describe(head_, options_) : std::string();
  body_.start(head_.framing, head_.content_length);
  if (head_.expects_continue && body_.state() == http::BodyReader::State::kMore) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  in_.erase(0, head_end_.size());
  head_end_.reset();
  step_ = Step::kBody;
  return true;
}

bool SampleConnection::read_body() {
  size_t used = 0;
  while (body_.state() == http::BodyReader::State::kMore) {
    const http::BodyReader::Piece piece = body_.next(std::string_view(in_).substr(used));
    used += piece.consumed;
    if (piece.data.empty() && body_.state() == http::BodyReader::State::kMore) break;
  }
  in_.erase(0, used);
  if (body_.state() == http::BodyReader::State::kMore) return false;
  if (body_.state() == http::BodyReader::State::kBad) refuse({400, body_.why()});
  else answer();
  return true;
}

void SampleConnection::refuse(const http::Refusal& refusal) {
  method_.clear();
  request_id_.clear();
  http_1_1_ = true;
  send_answer(refusal.status, "Refused", "text/plain; charset=utf-8", std::string(refusal.why) + "\n", false);
}

void SampleConnection::answer() {
  const bool keep_alive = keep_alive_ && !stopping_;
  const std::string path = target_.substr(0, target_.find('?'));
  if (!echo_.empty()) {
    const std::string body = echo_ + ",\"bodyBytes\":" + std::to_string(body_.received()) + "}\n";
    return send_answer(200, "OK", "application/json", body, keep_alive);
  }
  send_answer(200, "OK", "text/plain; charset=utf-8", (path == "/healthz" ? "ok" : options_.text) + "\n", keep_alive);
}

void SampleConnection::send_answer(int status, std::string_view reason, std::string_view type, const std::string& body,
                                   bool keep_alive) {
  std::printf("%s %s %d%s%s\n", method_.empty() ? "-" : method_.c_str(), method_.empty() ? "-" : target_.c_str(), status,
              request_id_.empty() ? "" : " X-Request-ID=", request_id_.c_str());
  out_ += "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) +
          "\r\nServer: graylane-sample\r\nContent-Type: " + std::string(type) +
          "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  if (!options_.name.empty()) out_ += "X-Pod: " + options_.name + "\r\n";
  if (!keep_alive) out_ += "Connection: close\r\n";
  else if (!http_1_1_) out_ += "Connection: keep-alive\r\n";
  out_ += "\r\n";
  if (method_ != "HEAD") out_ += body;
  step_ = keep_alive ? Step::kHead : Step::kFlush;
}

void SampleConnection::flush() {
  while (step_ != Step::kClosed && sent_ < out_.size()) {
    const ssize_t size = ::send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) return close();
    sent_ += static_cast<size_t>(size);
  }
  out_.clear();
  sent_ = 0;
  if (step_ != Step::kFlush) return;
  if (input_ended_) return close();
  ::shutdown(socket_.get(), SHUT_WR);  // the client reads to the end, closes, and we after it
  step_ = Step::kLinger;
  in_.clear();
  loop_.arm(timer_, kLingerMax);
}

void SampleConnection::on_timer() { close(); }

void SampleConnection::close() {
  if (step_ == Step::kClosed) return;
  step_ = Step::kClosed;
  timer_.cancel();
  loop_.remove(socket_.get(), *this);
  socket_.reset();
  on_end_();
}

}  // namespace graylane::local
