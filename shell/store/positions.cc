#include "store/positions.h"

#include <cstdint>
#include <limits>

#include "api/object.h"

namespace graylane::store {

using doc::Value;

namespace {

// Calls `see` with every position of a value, in order; a false ends it.
template <class F>
bool each_position(Value& value, F& see) {
  Position at = value.at();
  if (!see(at)) return false;
  value.set_at(at);
  if (auto* array = value.as_array()) {
    for (Value& item : *array) {
      if (!each_position(item, see)) return false;
    }
  } else if (auto* object = value.as_object()) {
    for (doc::Member& member : *object) {
      if (!see(member.key_at) || !each_position(member.value, see)) return false;
    }
  }
  return true;
}

class Encoder {
 public:
  bool operator()(const Position& at) {
    const int64_t step = int64_t{at.line} - line_;
    number(static_cast<uint64_t>(step) << 1 ^ static_cast<uint64_t>(step >> 63));
    number(at.column);
    line_ = at.line;
    return true;
  }
  std::string take() { return std::move(bytes_); }

 private:
  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
  int64_t line_ = 0;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  bool operator()(Position& at) {
    uint64_t step = 0, column = 0;
    if (!number(step) || !number(column)) return false;
    line_ += static_cast<int64_t>(step >> 1) ^ -static_cast<int64_t>(step & 1);
    if (line_ < 0 || line_ > kMax || column > kMax) return false;
    at = {static_cast<uint32_t>(line_), static_cast<uint32_t>(column)};
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  static constexpr int64_t kMax = std::numeric_limits<uint32_t>::max();

  bool number(uint64_t& value) {
    for (unsigned shift = 0; shift < 35 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  std::string_view rest_;
  int64_t line_ = 0;
};

}  // namespace

std::string encode_positions(const Value& value) {
  Encoder encoder;
  Value copy = value;  // each_position writes what it reads
  api::unpack_managed_fields(copy);
  each_position(copy, encoder);
  return encoder.take();
}

bool decode_positions(std::string_view bytes, Value& value) {
  Decoder decoder(bytes);
  return each_position(value, decoder) && decoder.at_end();
}

}  // namespace graylane::store
