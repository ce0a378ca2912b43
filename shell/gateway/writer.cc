#include "gateway/writer.h"

#include <utility>

#include "gateway/connection.h"

namespace graylane::gateway {

void Writer::add(Connection& to, std::string_view bytes) {
  if (bytes.empty()) return;
  if (to_ != &to || parts_used_ == kPartsMax) flush();
  to_ = &to;
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

std::string& Writer::text() {
  flush();
  text_.clear();
  return text_;
}

void Writer::flush() {
  if (to_ == nullptr) return;
  Connection& to = *std::exchange(to_, nullptr);
  const size_t parts = std::exchange(parts_used_, 0);
  chunks_used_ = 0;
  to.send({parts_.data(), parts});
}

void Writer::forget(const Connection& connection) {
  if (to_ != &connection) return;
  to_ = nullptr;
  parts_used_ = chunks_used_ = 0;
}

}  // namespace graylane::gateway
