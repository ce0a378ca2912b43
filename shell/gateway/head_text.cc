#include "gateway/head_text.h"

#include <bit>

namespace graylane::gateway {

namespace {

const char* end_of(std::string_view text) { return text.data() + text.size(); }

/// Most fields lie in the received head just as they are written: "Name: value".
bool lies_as_written(const HeaderField& field) {
  const char* colon = end_of(field.name);
  return field.value.data() == colon + 2 && colon[0] == ':' && colon[1] == ' ';
}

}  // namespace

void HeadText::begin(size_t bytes_max) {
  size_ = 0;
  if (bytes_max <= capacity_) return;
  capacity_ = std::bit_ceil(bytes_max);
  bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
}

/// Fields that lie there as written, one line behind the other, are copied at once.
HeadText& HeadText::put(std::span<const HeaderField> fields) {
  for (size_t i = 0; i < fields.size();) {
    const HeaderField& first = fields[i++];
    if (!lies_as_written(first)) {
      put(first.name).put(": ").put(first.value).put("\r\n");
      continue;
    }
    const char* end = end_of(first.value);
    for (; i < fields.size() && fields[i].name.data() == end + 2 && lies_as_written(fields[i]); ++i)
      end = end_of(fields[i].value);
    put(std::string_view(first.name.data(), end)).put("\r\n");
  }
  return *this;
}

size_t size_of(std::span<const HeaderField> fields) {
  size_t size = 0;
  for (const HeaderField& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

}  // namespace graylane::gateway
