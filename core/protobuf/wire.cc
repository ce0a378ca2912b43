#include "protobuf/wire.h"

#include <utility>

namespace graylane::protobuf {

bool Wire::fail(std::string problem) {
  problem_ = std::move(problem);
  rest_ = {};
  return false;
}

bool Wire::next_varint(uint64_t& value) {
  if (rest_.empty()) return false;
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return fail("unexpected EOF");
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return true;
  }
  return fail("proto: integer overflow");
}

bool Wire::read_fixed(size_t size, uint64_t& value) {
  if (rest_.size() < size) return fail("unexpected EOF");
  value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(rest_[i])} << (8 * i);
  rest_.remove_prefix(size);
  return true;
}

bool Wire::read_bytes(std::string_view& bytes) {
  uint64_t size = 0;
  if (rest_.empty()) return fail("unexpected EOF");
  if (!next_varint(size)) return false;
  if (size > rest_.size()) return fail(size >> 63 ? "proto: negative length found during unmarshaling" : "unexpected EOF");
  bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

bool Wire::read_content(Field& field) {
  switch (field.type) {
    case WireType::kVarint:
      if (rest_.empty()) return fail("unexpected EOF");
      return next_varint(field.value);
    case WireType::kFixed64: return read_fixed(8, field.value);
    case WireType::kFixed32: return read_fixed(4, field.value);
    case WireType::kBytes: return read_bytes(field.bytes);
    case WireType::kStartGroup:
    case WireType::kEndGroup: return true;
  }
  return fail("proto: illegal wireType " + std::to_string(static_cast<int>(field.type)));
}

bool Wire::read_field(Field& field) {
  uint64_t key = 0;
  if (!next_varint(key)) return false;
  field = {static_cast<uint32_t>(key >> 3), static_cast<WireType>(key & 7), 0, {}};
  if (key >> 3 == 0 || key >> 32 != 0)
    return fail("proto: illegal tag " + std::to_string(static_cast<int32_t>(key >> 3)) + " (wire type " +
                std::to_string(key & 7) + ")");
  return read_content(field);
}

bool Wire::skip_group() {
  Field inner;
  for (size_t depth = 1; depth > 0;) {
    if (!read_field(inner)) return problem_.empty() ? fail("unexpected EOF") : false;
    if (inner.type == WireType::kStartGroup) ++depth;
    else if (inner.type == WireType::kEndGroup) --depth;
  }
  return true;
}

bool Wire::next(Field& field) {
  if (!read_field(field)) return false;
  if (field.type == WireType::kEndGroup) return fail("proto: wiretype end group for non-group");
  return field.type != WireType::kStartGroup || skip_group();
}

}  // namespace graylane::protobuf
