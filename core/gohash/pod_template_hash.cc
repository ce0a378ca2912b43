#include "gohash/pod_template_hash.h"

#include <array>
#include <string_view>

#include "gohash/go_print.h"
#include "gohash/pod_template_types.h"

namespace graylane::gohash {

namespace {

/// No vowels and no digits that look like them, so that no name says anything.
constexpr std::string_view kSafeLetters = "bcdfghjklmnpqrstvwxz2456789";

std::string safe_text(std::string text) {
  for (char& c : text) c = kSafeLetters[static_cast<uint8_t>(c) % kSafeLetters.size()];
  return text;
}

/// Four bytes, the lowest first, and four zeros.
void add_count(int32_t count, Fnv32& hash) {
  std::array<char, 8> bytes = {};
  for (size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(static_cast<uint32_t>(count) >> (8 * i) & 0xff);
  hash.add({bytes.data(), bytes.size()});
}

}  // namespace

std::string pod_template_hash(const doc::Value& pod_template, std::optional<int32_t> collision_count) {
  Fnv32 hash;
  add_go_text(pod_template, pod_template_type(), hash);
  if (collision_count) add_count(*collision_count, hash);
  return safe_text(std::to_string(hash.value()));
}

}  // namespace graylane::gohash
