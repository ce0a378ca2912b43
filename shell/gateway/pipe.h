// Pipe: a kernel pipe through which a body goes from one socket to another without being copied to user space, and what of it
// the second socket has not taken yet. PipePool keeps empty ones for a worker.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "net/fd.h"

namespace graylane::gateway {

class Pipe {
 public:
  /// nullptr: no descriptors left.
  static std::unique_ptr<Pipe> open();

  size_t held() const { return held_; }
  /// As splice(2): bytes, 0 at the end of input, -1 with errno.
  ssize_t fill(int from_socket, size_t at_most);
  /// Until it is empty or the socket is full; false for an error, which errno tells.
  bool drain(int to_socket);

 private:
  Pipe() = default;
  net::Fd read_;
  net::Fd write_;
  size_t held_ = 0;
};

class PipePool {
 public:
  std::unique_ptr<Pipe> take();
  void put(std::unique_ptr<Pipe> pipe);

 private:
  static constexpr size_t kKept = 16;
  std::vector<std::unique_ptr<Pipe>> pipes_;
};

}  // namespace graylane::gateway
