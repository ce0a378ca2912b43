#include "http/h1_marks.h"

#include <algorithm>

#include "http/h1_chars.h"
#include "http/h1_scan.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace graylane::http {
namespace {

Marks mark_by_byte(const char* at, size_t count) {
  Marks marks{};
  for (size_t i = 0; i < count; ++i) {
    marks.controls |= uint64_t{Controls::has(at[i])} << i;
    marks.not_plain |= uint64_t{NotPlainName::has(at[i])} << i;
  }
  return marks;
}

void mark_blocks_by_byte(const char* at, size_t blocks, Marks* marks) {
  for (size_t i = 0; i < blocks; ++i) marks[i] = mark_by_byte(at + 64 * i, 64);
}

#ifdef __x86_64__

uint64_t bits(__m128i found) { return static_cast<uint64_t>(_mm_movemask_epi8(found)); }

template <class Kind>
uint64_t mark_sse2(__m128i a, __m128i b, __m128i c, __m128i d) {
  return bits(Kind::has(a)) | bits(Kind::has(b)) << 16 | bits(Kind::has(c)) << 32 | bits(Kind::has(d)) << 48;
}

void mark_blocks_sse2(const char* at, size_t blocks, Marks* marks) {
  const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  for (size_t i = 0; i < blocks; ++i, at += 64) {
    const __m128i a = load(at), b = load(at + 16), c = load(at + 32), d = load(at + 48);
    marks[i] = {mark_sse2<Controls>(a, b, c, d), mark_sse2<NotPlainName>(a, b, c, d)};
  }
}

[[gnu::target("avx2"), gnu::always_inline]] inline uint32_t controls_avx2(__m256i v) {
  const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
  const __m256i not_tab = _mm256_andnot_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\t')), low);
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(not_tab, _mm256_cmpeq_epi8(v, _mm256_set1_epi8(0x7f)))));
}

/// As NotPlainName::is_between().
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i is_between_avx2(__m256i v, char first, int count) {
  const __m256i moved = _mm256_sub_epi8(v, _mm256_set1_epi8(static_cast<char>(first + 128)));
  return _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(-128 + count)), moved);
}

[[gnu::target("avx2"), gnu::always_inline]] inline uint32_t not_plain_avx2(__m256i v) {
  const __m256i letter = is_between_avx2(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), 'a', 26);
  const __m256i dash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('-'));
  return ~static_cast<uint32_t>(
      _mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(letter, dash), is_between_avx2(v, '0', 10))));
}

[[gnu::target("avx2")]] void mark_blocks_avx2(const char* at, size_t blocks, Marks* marks) {
  for (size_t i = 0; i < blocks; ++i, at += 64) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
    marks[i] = {controls_avx2(low) | uint64_t{controls_avx2(high)} << 32,
                not_plain_avx2(low) | uint64_t{not_plain_avx2(high)} << 32};
  }
}

#endif

const MarkBlocks kMarkBlocks = ways_to_mark_blocks().back();

}  // namespace

std::span<const MarkBlocks> ways_to_mark_blocks() {
#ifdef __x86_64__
  static constexpr MarkBlocks kWays[] = {mark_blocks_by_byte, mark_blocks_sse2, mark_blocks_avx2};
  return {kWays, __builtin_cpu_supports("avx2") ? size_t{3} : size_t{2}};
#else
  static constexpr MarkBlocks kWays[] = {mark_blocks_by_byte};
  return kWays;
#endif
}

void MarkedBytes::mark_from(size_t block) {
  const size_t at = block * 64;
  first_ = block;
  count_ = std::min((bytes_.size() - at) / 64, kBlocks);
  kMarkBlocks(bytes_.data() + at, count_, marks_.data());
  if (count_ < kBlocks) marks_[count_] = mark_rest(at + 64 * count_), ++count_;
}

/// Of the bytes from `at` on, fewer than 64.
Marks MarkedBytes::mark_rest(size_t at) const {
  const size_t count = bytes_.size() - at;
  const auto absent = static_cast<unsigned>(64 - count);
  const uint64_t behind = ~uint64_t{0} << count;
  Marks marks{};
  if (count == 0) return {behind, behind};
  if (at < absent) {
    marks = mark_by_byte(bytes_.data() + at, count);
    return {marks.controls | behind, marks.not_plain | behind};
  }
  kMarkBlocks(bytes_.data() + at - absent, 1, &marks);  // the last 64 bytes, of which those before `at` are shifted out
  return {marks.controls >> absent | behind, marks.not_plain >> absent | behind};
}

}  // namespace graylane::http
