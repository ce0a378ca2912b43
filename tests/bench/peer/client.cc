#include "client.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "fields.h"
#include "net/socket.h"

namespace graylane::bench {

namespace {

std::array<char, 256 * 1024> discarded;  // where the kernel would write if it were not told to truncate

}  // namespace

Client::Client(net::EventLoop& loop, const net::SocketAddress& target, ClientOwner& owner)
    : loop_(loop), target_(target), owner_(owner) {}

Client::~Client() { disconnect(); }

void Client::start() { send_next(); }

void Client::disconnect() {
  if (fd_) loop_.forget(*this);
  fd_.reset();
}

void Client::on_events(uint32_t epoll_events) {
  const bool hangup = (epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (!flush() || !read(hangup)) fail();
}

void Client::send_next() {
  const std::string* request = owner_.next_request();
  if (request == nullptr) return;
  sent_at_ = std::chrono::steady_clock::now();
  if (!fd_) {
    auto connected = net::connect(target_);
    if (!connected || !loop_.add(connected->get(), *this)) return owner_.on_failure("cannot connect");
    fd_ = std::move(*connected);
  }
  unsent_ = *request;
  filled_ = 0;
  state_ = State::kHead;
  flush();  // an error comes back as an event
}

bool Client::flush() {
  while (!unsent_.empty()) {
    const ssize_t sent = send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    unsent_.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

/// False when the connection is of no more use.
bool Client::read(bool hangup) {
  for (;;) {
    const bool body = state_ == State::kBody;
    const size_t room = body ? std::min(body_left_, discarded.size()) : head_.size() - filled_;
    const ssize_t got =
        body ? recv(fd_.get(), discarded.data(), room, MSG_TRUNC) : recv(fd_.get(), head_.data() + filled_, room, 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0 || state_ == State::kIdle) return false;
    const auto bytes = static_cast<size_t>(got);
    if (body) {
      body_left_ -= bytes;
    } else {
      filled_ += bytes;
      if (!take_head()) return false;
    }
    if (state_ == State::kBody && body_left_ == 0) {
      finish();
      return true;
    }
    if (bytes < room && !hangup) return true;  // epoll will tell of more
  }
}

/// False when what came is no head that the bench knows, or more than was asked for.
bool Client::take_head() {
  const std::string_view text(head_.data(), filled_);
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return filled_ < head_.size();
  const std::string_view head = text.substr(0, end + 4);
  const std::string_view length = field_of(head, "content-length");
  size_t body = 0;
  if (std::from_chars(length.data(), length.data() + length.size(), body).ec != std::errc()) return false;
  if (filled_ > head.size() + body) return false;
  right_ = head.substr(8, 5) == " 200 " && body == owner_.answer_bytes();
  last_ = owner_.closes() || field_of(head, "connection") == "close";
  body_left_ = body - (filled_ - head.size());
  state_ = State::kBody;
  return true;
}

void Client::finish() {
  state_ = State::kIdle;
  owner_.on_answer(std::chrono::steady_clock::now() - sent_at_, right_);
  if (last_) disconnect();
  send_next();
}

std::string Client::why_it_failed() const {
  const int error = net::socket_error(fd_.get());
  const std::string how = error != 0 ? std::strerror(error) : "closed or not HTTP";
  const bool whole_request = unsent_.empty();
  if (state_ == State::kBody) return how + ", " + std::to_string(body_left_) + " bytes before the end of a body";
  return how + (whole_request ? "" : ", request not sent") +
         ", answer: " + std::string(head_.data(), std::min<size_t>(filled_, 200));
}

void Client::fail() {
  const std::string why = why_it_failed();
  const bool waited = std::exchange(state_, State::kIdle) != State::kIdle;
  unsent_ = {};
  disconnect();
  if (!waited) return;
  owner_.on_failure(why);
  send_next();
}

}  // namespace graylane::bench
