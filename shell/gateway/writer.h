// Writer: gathers what is to be sent to one connection and sends it with one system call: when flushed, when another
// connection's bytes come, and before the worker's read buffer is used again. So a head and its body leave together, and
// nothing is copied. One per worker.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/h1_body.h"

namespace graylane::gateway {

class Connection;

class Writer {
 public:
  /// `bytes` must live until the next flush.
  void add(Connection& to, std::string_view bytes);
  /// The data as one chunk.
  void add_chunk(Connection& to, std::string_view data);
  /// An empty text for a head; lives until the next call.
  std::string& text();
  void flush();
  /// The connection is closed: its bytes are dropped.
  void forget(const Connection& connection);

 private:
  static constexpr size_t kPartsMax = 64;

  Connection* to_ = nullptr;
  size_t parts_used_ = 0;
  std::array<iovec, kPartsMax> parts_;
  size_t chunks_used_ = 0;
  std::array<http::ChunkHead, kPartsMax / 3> chunks_;
  std::string text_;
};

}  // namespace graylane::gateway
