// Hashes of texts, for tables in memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace graylane::route {

/// FNV-1a, finished so that low bits are as good as high ones. The same in every version of this program: what people see
/// again (salts, ids) is made of it.
inline uint64_t hash_text(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash ^ (hash >> 29);
}

/// Eight bytes of the text from `at` on, the first one lowest; 0 for those behind its end.
inline uint64_t load_word(std::string_view text, size_t at) {
  uint64_t word = 0;
  const size_t left = text.size() - at;
  if (left >= sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    return std::endian::native == std::endian::big ? std::byteswap(word) : word;
  }
  if (left == 0) return 0;
  if (text.size() >= sizeof(word)) return load_word(text, text.size() - sizeof(word)) >> (8 * (sizeof(word) - left));
  for (size_t i = 0; i < left; ++i) word |= uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  return word;
}

inline uint64_t mix_word(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 32);
}

/// Eight bytes at a time, several times as fast as hash_text().
inline uint64_t hash_name(std::string_view text) {
  uint64_t hash = text.size();
  for (size_t at = 0; at < text.size(); at += sizeof(uint64_t)) hash = mix_word(hash, load_word(text, at));
  return mix_word(hash, 0);
}

}  // namespace graylane::route
