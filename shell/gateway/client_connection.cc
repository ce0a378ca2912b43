#include "gateway/client_connection.h"

#include <sys/socket.h>

#include <string>
#include <utility>

#include "gateway/worker.h"

namespace graylane::gateway {

namespace {

constexpr std::chrono::milliseconds kFirstRequestGrace{200};

}  // namespace

ClientConnection::ClientConnection(Worker& worker, net::Fd fd, const net::SocketAddress& peer)
    : Connection(worker, std::move(fd)), address_(peer.ip_bytes()) {
  const std::string text = peer.ip();
  address_text_size_ = static_cast<uint8_t>(text.copy(address_text_.data(), address_text_.size()));
  become_idle();
}

ClientConnection::~ClientConnection() = default;

Caller ClientConnection::caller() const {
  return {{address_}, {address_text_.data(), address_text_size_}, worker().public_port(), false};
}

bool ClientConnection::wants_input() const {
  if (ending_) return lingering_;
  return stream_ == nullptr ? !output_waits() : stream_->wants_input();
}

size_t ClientConnection::take(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && !closed() && wants_input()) {
    if (ending_) return bytes.size();
    if (stream_ == nullptr) start_stream();
    const size_t taken = stream_->take(bytes.substr(used));
    if (taken == 0) break;
    used += taken;
  }
  worker().counters().bytes_received.add(used);
  return used;
}

Connection::Ahead ClientConnection::ahead() {
  if (stream_ == nullptr) return {};
  return {stream_->body_target(), stream_->body_ahead()};
}

void ClientConnection::on_moved(size_t bytes) {
  worker().counters().bytes_received.add(bytes);
  stream_->on_request_moved(bytes);
}

void ClientConnection::start_stream() {
  served_ = true;
  stream_ = worker().take_stream();
  stream_->begin(*this);
  wait(worker().limits().head_timeout);
}

void ClientConnection::drop_stream() {
  if (stream_ == nullptr) return;
  worker().counters().bytes_sent.add(stream_->bytes_sent());
  stream_->detach();
  worker().retire(*std::exchange(stream_, nullptr));
}

void ClientConnection::on_request() { cancel(); }

void ClientConnection::on_body() { wait(worker().limits().body_timeout); }

void ClientConnection::on_answered(bool keep_alive) {
  drop_stream();
  if (closed()) return;
  if (keep_alive && !worker().draining()) return become_idle();
  ending_ = true;
  push();
  if (output_waits()) return wait(worker().limits().send_timeout);
  linger();
}

void ClientConnection::become_idle() {
  if (!output_waits()) wait(worker().limits().idle_timeout);
  resume_later();
}

/// The client may still be sending; to close now would make its kernel throw away the answer that it has not read yet.
void ClientConnection::linger() {
  if (peer_finished()) return end_now();
  lingering_ = true;
  finish_output();
  wait(worker().limits().linger_timeout);
  resume_later();
}

/// RST: the client must not take what it got for the whole.
void ClientConnection::cut() {
  push();  // what was answered before
  const struct linger reset{1, 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  end_now();
}

void ClientConnection::end_now() {
  if (closed()) return;
  drop_stream();
  push();
  close();
  worker().closed(*this);
}

void ClientConnection::abandon() {
  if (stream_ != nullptr) {
    stream_->on_gone();
  } else {
    end_now();
  }
}

void ClientConnection::begin_drain() {
  read_rest();  // a request may be there already
  if (closed() || !idle() || output_waits()) return;
  // A client that has just connected is about to ask.
  if (!served_) return wait(kFirstRequestGrace);
  end_now();
}

void ClientConnection::on_input_end() {
  if (stream_ == nullptr) return end_now();
  stream_->on_input_end();
}

void ClientConnection::on_blocked() { wait(worker().limits().send_timeout); }

void ClientConnection::on_drained() {
  if (ending_) return linger();
  if (stream_ == nullptr) return become_idle();
  cancel();
  stream_->on_drained();
}

void ClientConnection::on_hang_up() {
  // After the last answer and in a tunnel both directions may end in order.
  if (lingering_) return end_now();
  if (stream_ != nullptr && !stream_->in_tunnel() && !wants_input()) stream_->on_gone();
}

void ClientConnection::on_broken(int) {
  if (stream_ != nullptr) return stream_->on_gone();
  end_now();
}

void ClientConnection::on_timer() {
  worker().begin_event();
  if (stream_ == nullptr) return end_now();
  stream_->on_timeout();
}

}  // namespace graylane::gateway
