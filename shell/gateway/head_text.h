// HeadText: a head as it is put together. Room for all of it is made first, so that the parts are only copied. Keeps its memory
// for the next head; one worker's thread.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/message.h"

namespace graylane::gateway {

class HeadText {
 public:
  /// Forgets what was there; `bytes_max`: what the parts will come to at most.
  void begin(size_t bytes_max);

  template <size_t kSize>
  HeadText& put(const char (&literal)[kSize]) {
    return put_bytes<kSize - 1>(literal);
  }
  HeadText& put(std::string_view text) {
    assert(size_ + text.size() <= capacity_);
    if (!text.empty()) std::memcpy(bytes_.get() + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  /// Each as a line.
  HeadText& put(std::span<const HeaderField> fields);

  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  /// The compiler writes them without a call.
  template <size_t kSize>
  HeadText& put_bytes(const char* bytes) {
    assert(size_ + kSize <= capacity_);
    std::memcpy(bytes_.get() + size_, bytes, kSize);
    size_ += kSize;
    return *this;
  }

  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

/// What put() makes of them.
size_t size_of(std::span<const HeaderField> fields);

}  // namespace graylane::gateway
