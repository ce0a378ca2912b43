// ByteQueue: bytes that wait, first in, first out. Empty, it costs one pointer.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace graylane::gateway {

class ByteQueue {
 public:
  bool empty() const { return block_ == nullptr; }
  std::string_view view() const { return empty() ? std::string_view() : std::string_view(block_->bytes).substr(block_->begin); }
  size_t size() const { return view().size(); }

  /// Invalidates views.
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (empty()) block_ = std::make_unique<Block>();
    if (block_->begin > block_->bytes.size() / 2) {
      block_->bytes.erase(0, block_->begin);
      block_->begin = 0;
    }
    block_->bytes.append(bytes);
  }
  /// Views of what stays remain valid.
  void consume(size_t count) {
    if (empty()) return;
    block_->begin += count;
    if (block_->begin >= block_->bytes.size()) block_.reset();
  }
  void clear() { block_.reset(); }

 private:
  struct Block {
    size_t begin = 0;
    std::string bytes;
  };
  std::unique_ptr<Block> block_;
};

}  // namespace graylane::gateway
