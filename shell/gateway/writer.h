// Writer: gathers what is to be sent, so that a head and its body leave together and the sockets are written at the end of the
// turn, one after another. A send runs through the whole of the kernel's network code, as far as the receiver: reading and
// deciding between two sends would find neither its own instructions nor the kernel's in the cache. What is large is sent as
// soon as it is gathered, from where it lies. One per worker.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/head_text.h"
#include "http/h1_body.h"

namespace graylane::gateway {

class Connection;

class Writer {
 public:
  Writer();

  /// `bytes` must live until the next flush.
  void add(Connection& to, std::string_view bytes);
  /// The data as one chunk.
  void add_chunk(Connection& to, std::string_view data);
  /// For the next head; what it holds lives until the next call.
  HeadText& head();
  /// Ends the life of all views: what they show is sent, or kept for the end of the turn.
  void flush();
  /// Sends what is kept.
  void send_kept();
  /// The connection is closed: what it has not sent is dropped.
  void forget(const Connection& connection);

 private:
  static constexpr size_t kPartsMax = 64;
  static constexpr size_t kKeptEachMax = 16 * 1024;  // larger: cheaper to send from where it is
  static constexpr size_t kKeptMax = 128 * 1024;

  struct Kept {
    Connection* to;  // nullptr: forgotten
    uint32_t begin;  // in kept_bytes_
    uint32_t size;
  };

  void keep(Connection& to, std::span<const iovec> parts, size_t size);

  Connection* to_ = nullptr;
  size_t size_ = 0;
  size_t parts_used_ = 0;
  std::array<iovec, kPartsMax> parts_;
  size_t chunks_used_ = 0;
  std::array<http::ChunkHead, kPartsMax / 3> chunks_;
  HeadText head_;
  std::vector<Kept> kept_;
  const std::unique_ptr<char[]> kept_bytes_;
  size_t kept_size_ = 0;
};

}  // namespace graylane::gateway
