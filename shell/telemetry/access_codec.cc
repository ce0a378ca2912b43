#include "telemetry/access_codec.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace graylane::telemetry {

namespace {

/// The numbers of an entry; the texts follow, each with its length before it.
struct Fixed {
  uint64_t unix_milliseconds;
  uint64_t body_bytes_sent;
  uint64_t request_bytes;
  uint64_t request_duration;
  uint16_t status;
  uint16_t tries;
};

struct FixedTry {
  uint64_t response_bytes;
  uint64_t response_duration;
  uint16_t status;
};

using Length = uint16_t;

struct Text {
  std::string_view AccessEntry::* member;
  size_t bytes_max = kLogTextBytesMax;
};
constexpr std::array kTexts = {
    Text{&AccessEntry::client},     Text{&AccessEntry::user},
    Text{&AccessEntry::method},     Text{&AccessEntry::target, kLogTargetBytesMax},
    Text{&AccessEntry::protocol},   Text{&AccessEntry::host},
    Text{&AccessEntry::referer},    Text{&AccessEntry::user_agent},
    Text{&AccessEntry::ns},         Text{&AccessEntry::ingress},
    Text{&AccessEntry::upstream},   Text{&AccessEntry::alternative},
    Text{&AccessEntry::request_id}, Text{&AccessEntry::refused},
};
static_assert(sizeof(Fixed) + kTexts.size() * (sizeof(Length) + kLogTextBytesMax) + kLogTargetBytesMax +
                  kLogTriesMax * (sizeof(FixedTry) + sizeof(Length) + kLogTextBytesMax) <=
              kEncodedBytesMax);

std::string_view cut(const AccessEntry& entry, const Text& text) { return (entry.*text.member).substr(0, text.bytes_max); }
std::string_view cut(const UpstreamTry& attempt) { return attempt.address.substr(0, kLogTextBytesMax); }
std::span<const UpstreamTry> cut(std::span<const UpstreamTry> tries) { return tries.first(std::min(tries.size(), kLogTriesMax)); }

class Writer {
 public:
  explicit Writer(char* out) : out_(out) {}
  template <class Value>
  void value(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    bytes(&value, sizeof value);
  }
  void text(std::string_view text) {
    value(static_cast<Length>(text.size()));
    bytes(text.data(), text.size());
  }

 private:
  void bytes(const void* from, size_t count) {
    if (count != 0) std::memcpy(out_, from, count);
    out_ += count;
  }
  char* out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class Value>
  Value value() {
    Value value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto size = value<Length>();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view rest_;
};

}  // namespace

size_t encoded_size(const AccessEntry& entry) {
  size_t size = sizeof(Fixed);
  for (const Text& text : kTexts) size += sizeof(Length) + cut(entry, text).size();
  for (const UpstreamTry& attempt : cut(entry.tries)) size += sizeof(FixedTry) + sizeof(Length) + cut(attempt).size();
  return size;
}

void encode_entry(const AccessEntry& entry, char* out) {
  const std::span<const UpstreamTry> tries = cut(entry.tries);
  Writer writer(out);
  writer.value(Fixed{entry.unix_milliseconds, entry.body_bytes_sent, entry.request_bytes, entry.request_duration, entry.status,
                     static_cast<uint16_t>(tries.size())});
  for (const Text& text : kTexts) writer.text(cut(entry, text));
  for (const UpstreamTry& attempt : tries) {
    writer.value(FixedTry{attempt.response_bytes, attempt.response_duration, attempt.status});
    writer.text(cut(attempt));
  }
}

void decode_entry(std::string_view bytes, DecodedEntry& decoded) {
  Reader reader(bytes);
  const auto fixed = reader.value<Fixed>();
  AccessEntry& entry = decoded.entry;
  entry.unix_milliseconds = fixed.unix_milliseconds;
  entry.body_bytes_sent = fixed.body_bytes_sent;
  entry.request_bytes = fixed.request_bytes;
  entry.request_duration = fixed.request_duration;
  entry.status = fixed.status;
  for (const Text& text : kTexts) entry.*text.member = reader.text();
  for (size_t i = 0; i < fixed.tries; ++i) {
    const auto attempt = reader.value<FixedTry>();
    decoded.tries[i] = {reader.text(), attempt.response_bytes, attempt.response_duration, attempt.status};
  }
  entry.tries = std::span(decoded.tries).first(fixed.tries);
}

}  // namespace graylane::telemetry
