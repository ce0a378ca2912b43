#include "gateway/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "gateway/worker.h"

namespace graylane::gateway {

namespace {

constexpr uint64_t kMoveMin = 32 * 1024;  // a shorter rest is cheaper to copy
constexpr int kReadsPerTurn = 16;         // so that one fast sender does not keep all others waiting

size_t size_of(std::span<const iovec> parts) {
  size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  return size;
}

// recv() and send() of the C library are points where a thread may be cancelled: in a program with threads that costs more than
// the rest of the call.

ssize_t receive_bytes(int fd, std::span<char> buffer) {
  return syscall(SYS_recvfrom, fd, buffer.data(), buffer.size(), 0, nullptr, nullptr);
}

ssize_t send_bytes(int fd, const void* bytes, size_t size) {
  return syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, nullptr, 0);
}

ssize_t send_parts(int fd, std::span<const iovec> parts) {
  if (parts.size() == 1) return send_bytes(fd, parts[0].iov_base, parts[0].iov_len);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

}  // namespace

void Connection::on_events(uint32_t events) {
  worker_.begin_event();
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = hung_up_ = true;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) on_hang_up();
  if (!closed_ && (events & EPOLLOUT) != 0) on_writable();
  if (!closed_) read_on();
  worker_.writer().flush();
}

void Connection::read_on() {
  if (reading_) return;  // the loop further up goes on
  reading_ = true;
  if (!in_.empty() && wants_input()) take_from_queue();
  for (int reads = 0; !closed_ && readable_ && wants_input(); ++reads) {
    if (reads == kReadsPerTurn) {
      worker_.settle_next_turn(*this);
      break;
    }
    if (!receive()) break;
  }
  reading_ = false;
}

void Connection::read_rest() {
  readable_ = hung_up_ = true;
  read_on();
}

bool Connection::receive() {
  worker_.writer().flush();  // it may hold views of the buffer
  if (in_.empty()) {
    const Ahead next = ahead();
    if (next.to != nullptr && next.bytes >= kMoveMin && !next.to->output_waits()) return move(next);
  }
  const std::span<char> buffer = worker_.read_buffer();
  const ssize_t count = receive_bytes(fd_.get(), buffer);
  if (count < 0) {
    readable_ = false;
    if (errno != EAGAIN && errno != EINTR) on_broken(errno);
    return false;
  }
  if (count == 0) return take_end();
  // A short read has emptied the socket; the next bytes make a new edge. After a hang-up there will be none.
  if (static_cast<size_t>(count) < buffer.size() && !hung_up_) readable_ = false;
  const std::string_view bytes(buffer.data(), static_cast<size_t>(count));
  if (in_.empty()) {
    const size_t used = take(bytes);
    if (!closed_) in_.append(bytes.substr(used));
  } else {
    in_.append(bytes);
    take_from_queue();
  }
  return true;
}

bool Connection::take_end() {
  readable_ = false;
  input_ended_ = true;
  on_input_end();
  return false;
}

/// From socket to socket within the kernel.
bool Connection::move(const Ahead& ahead) {
  Connection& to = *ahead.to;
  to.push();
  if (to.output_waits()) return false;
  std::unique_ptr<Pipe> pipe = worker_.pipes().take();
  if (!pipe) {
    fail_later(errno);
    return false;
  }
  const ssize_t filled = pipe->fill(fd_.get(), std::min<uint64_t>(ahead.bytes, worker_.read_buffer().size()));
  if (filled <= 0) {
    const int error = errno;
    worker_.pipes().put(std::move(pipe));
    if (filled == 0) return take_end();
    readable_ = false;
    if (error != EAGAIN && error != EINTR) on_broken(error);
    return false;
  }
  if (!pipe->drain(to.fd_.get())) to.fail_later(errno);
  if (pipe->held() == 0) {
    worker_.pipes().put(std::move(pipe));
  } else {
    to.pipe_ = std::move(pipe);
    to.on_blocked();
  }
  on_moved(static_cast<size_t>(filled));
  return true;
}

void Connection::take_from_queue() {
  const size_t used = take(in_.view());
  worker_.writer().flush();  // it may hold views of the queue
  if (!closed_) in_.consume(used);
}

void Connection::send(std::span<const iovec> parts) {
  if (closed_ || error_ != 0) return;
  size_t sent = 0;
  const size_t size = size_of(parts);
  if (!output_waits()) {
    const ssize_t count = send_parts(fd_.get(), parts);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return fail_later(errno);
    sent = count < 0 ? 0 : static_cast<size_t>(count);
    if (sent == size) return;
  }
  const bool first = !output_waits();
  for (const iovec& part : parts) {
    const size_t skipped = std::min(sent, part.iov_len);
    sent -= skipped;
    out_.append({static_cast<const char*>(part.iov_base) + skipped, part.iov_len - skipped});
  }
  if (first) on_blocked();
}

bool Connection::drain_pipe() {
  if (!pipe_) return true;
  if (!pipe_->drain(fd_.get())) {
    on_broken(errno);
    return false;
  }
  if (pipe_->held() != 0) {
    on_progress();
    return false;
  }
  worker_.pipes().put(std::move(pipe_));
  return true;
}

void Connection::drain_output() {
  if (!output_waits() || !drain_pipe()) return;
  if (out_.empty()) return finish_draining();
  const std::string_view waiting = out_.view();
  const ssize_t count = send_bytes(fd_.get(), waiting.data(), waiting.size());
  if (count < 0) {
    if (errno != EAGAIN && errno != EINTR) on_broken(errno);
    return;
  }
  out_.consume(static_cast<size_t>(count));
  if (!out_.empty()) return on_progress();
  finish_draining();
}

void Connection::finish_draining() {
  if (finish_output_) shutdown(fd_.get(), SHUT_WR);
  on_drained();
}

void Connection::push() {
  worker_.writer().flush();
  if (kept_) worker_.writer().send_kept();
}

void Connection::finish_output() {
  push();
  if (!output_waits()) {
    shutdown(fd_.get(), SHUT_WR);
  } else {
    finish_output_ = true;
  }
}

void Connection::wait(std::chrono::milliseconds timeout) { worker_.loop().arm(*this, timeout); }

void Connection::fail_later(int error) {
  error_ = error;
  settle_later();
}

void Connection::settle_later() {
  if (settles_ || closed_) return;
  settles_ = true;
  worker_.settle(*this);
}

void Connection::settle() {
  settles_ = false;
  if (closed_) return;
  if (error_ != 0) return on_broken(error_);
  read_on();
  worker_.writer().flush();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  cancel();
  worker_.writer().forget(*this);
  worker_.loop().remove(fd_.get(), *this);  // a process that is being started may hold a copy: closing alone is not enough
  fd_.reset();
  // The queues stay until the end of the turn: somebody may hold views of them.
}

}  // namespace graylane::gateway
