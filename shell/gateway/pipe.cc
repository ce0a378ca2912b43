#include "gateway/pipe.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

namespace graylane::gateway {

namespace {

constexpr int kPipeBytes = 256 * 1024;  // asked for; the kernel may give less

}  // namespace

std::unique_ptr<Pipe> Pipe::open() {
  int fds[2];
  if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  std::unique_ptr<Pipe> pipe(new Pipe());
  pipe->read_.reset(fds[0]);
  pipe->write_.reset(fds[1]);
  fcntl(fds[1], F_SETPIPE_SZ, kPipeBytes);
  return pipe;
}

ssize_t Pipe::fill(int from_socket, size_t at_most) {
  const ssize_t count = splice(from_socket, nullptr, write_.get(), nullptr, at_most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (count > 0) held_ += static_cast<size_t>(count);
  return count;
}

bool Pipe::drain(int to_socket) {
  while (held_ > 0) {
    const ssize_t count = splice(read_.get(), nullptr, to_socket, nullptr, held_, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    held_ -= static_cast<size_t>(count);
  }
  return true;
}

std::unique_ptr<Pipe> PipePool::take() {
  if (pipes_.empty()) return Pipe::open();
  std::unique_ptr<Pipe> pipe = std::move(pipes_.back());
  pipes_.pop_back();
  return pipe;
}

/// One that still holds bytes of somebody is closed.
void PipePool::put(std::unique_ptr<Pipe> pipe) {
  if (pipe && pipe->held() == 0 && pipes_.size() < kKept) pipes_.push_back(std::move(pipe));
}

}  // namespace graylane::gateway
