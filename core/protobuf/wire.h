// Wire: the fields of one protobuf message, read one after the other. A cursor over bytes that it does not own; the bytes are
// untrusted. What it says of bad bytes is what Go's reader says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace graylane::protobuf {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

struct Field {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;      // of a varint or a fixed one
  std::string_view bytes;  // of kBytes
};

class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}

  /// The next field; false at the end, and when the rest cannot be read: problem() says why. Groups, which nobody sends, come as
  /// a field without content.
  bool next(Field& field);
  /// A number alone, as in a packed list.
  bool next_varint(uint64_t& value);
  const std::string& problem() const { return problem_; }

 private:
  bool fail(std::string problem);
  bool read_field(Field& field);
  bool read_content(Field& field);
  bool read_fixed(size_t size, uint64_t& value);
  bool read_bytes(std::string_view& bytes);
  bool skip_group();

  std::string_view rest_;
  std::string problem_;
};

}  // namespace graylane::protobuf
