#include "gateway/writer.h"

#include <cstring>
#include <utility>

#include "gateway/connection.h"

namespace graylane::gateway {

Writer::Writer() : kept_bytes_(std::make_unique_for_overwrite<char[]>(kKeptMax)) {}

void Writer::add(Connection& to, std::string_view bytes) {
  if (bytes.empty()) return;
  if (to_ != &to || parts_used_ == kPartsMax) flush();
  to_ = &to;
  size_ += bytes.size();
  parts_[parts_used_++] = {const_cast<char*>(bytes.data()), bytes.size()};
}

void Writer::add_chunk(Connection& to, std::string_view data) {
  if (data.empty()) return;  // would be read as the last one
  if (to_ != &to || chunks_used_ == chunks_.size() || parts_used_ + 3 > kPartsMax) flush();
  chunks_[chunks_used_] = http::chunk_head(data.size());
  add(to, chunks_[chunks_used_++].view());
  add(to, data);
  add(to, http::kChunkEnd);
}

HeadText& Writer::head() {
  flush();
  return head_;
}

void Writer::flush() {
  if (to_ == nullptr) return;
  Connection& to = *std::exchange(to_, nullptr);
  const std::span<const iovec> parts(parts_.data(), std::exchange(parts_used_, 0));
  const size_t size = std::exchange(size_, 0);
  chunks_used_ = 0;
  if (size <= kKeptEachMax) return keep(to, parts, size);
  if (to.kept_) send_kept();
  to.send(parts);
}

void Writer::keep(Connection& to, std::span<const iovec> parts, size_t size) {
  if (kept_size_ + size > kKeptMax) send_kept();
  if (kept_.empty() || kept_.back().to != &to) kept_.push_back({&to, static_cast<uint32_t>(kept_size_), 0});
  kept_.back().size += static_cast<uint32_t>(size);
  for (const iovec& part : parts) {
    std::memcpy(kept_bytes_.get() + kept_size_, part.iov_base, part.iov_len);
    kept_size_ += part.iov_len;
  }
  to.kept_ = true;
}

void Writer::send_kept() {
  for (const Kept& kept : kept_) {
    if (kept.to == nullptr) continue;
    kept.to->kept_ = false;
    const iovec part{kept_bytes_.get() + kept.begin, kept.size};
    kept.to->send({&part, 1});
  }
  kept_.clear();
  kept_size_ = 0;
}

void Writer::forget(const Connection& connection) {
  if (to_ == &connection) {
    to_ = nullptr;
    size_ = parts_used_ = chunks_used_ = 0;
  }
  if (!connection.kept_) return;
  for (Kept& kept : kept_) {
    if (kept.to == &connection) kept.to = nullptr;
  }
}

}  // namespace graylane::gateway
