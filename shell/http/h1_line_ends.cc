#include "http/h1_line_ends.h"

#include <cassert>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace graylane::http {
namespace {

constexpr uint64_t kAll = ~uint64_t{0};

struct LineMarks {
  uint64_t lf = 0;
  uint64_t cr = 0;
  uint64_t nul = 0;
};

LineMarks mark_by_byte(const char* at, size_t count) {
  LineMarks marks;
  for (size_t i = 0; i < count; ++i) {
    marks.lf |= uint64_t{at[i] == '\n'} << i;
    marks.cr |= uint64_t{at[i] == '\r'} << i;
    marks.nul |= uint64_t{at[i] == '\0'} << i;
  }
  return marks;
}

size_t add_blocks_by_byte(const char* at, size_t blocks, LineEnds& ends) {
  for (size_t block = 0; block < blocks; ++block) {
    const LineMarks marks = mark_by_byte(at + 64 * block, 64);
    if (ends.add(marks.lf, marks.cr, marks.nul, kAll)) return block;
  }
  return blocks;
}

#ifdef __x86_64__

LineMarks mark_sse2(const char* at) {
  const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  const __m128i a = load(at), b = load(at + 16), c = load(at + 32), d = load(at + 48);
  const auto places = [&](char wanted) {
    const __m128i all = _mm_set1_epi8(wanted);
    const auto bits = [&](__m128i v) { return static_cast<uint64_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, all))); };
    return bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
  };
  return {places('\n'), places('\r'), places('\0')};
}

size_t add_blocks_sse2(const char* at, size_t blocks, LineEnds& ends) {
  for (size_t block = 0; block < blocks; ++block) {
    const LineMarks marks = mark_sse2(at + 64 * block);
    if (ends.add(marks.lf, marks.cr, marks.nul, kAll)) return block;
  }
  return blocks;
}

[[gnu::target("avx2"), gnu::always_inline]] inline uint64_t places_avx2(__m256i low, __m256i high, char c) {
  const __m256i wanted = _mm256_set1_epi8(c);
  const auto low_found = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto high_found = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return low_found | uint64_t{high_found} << 32;
}

[[gnu::target("avx2")]] size_t add_blocks_avx2(const char* at, size_t blocks, LineEnds& ends) {
  LineEnds state = ends;  // in registers
  size_t block = 0;
  for (; block < blocks; ++block, at += 64) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32));
    if (state.add(places_avx2(low, high, '\n'), places_avx2(low, high, '\r'), places_avx2(low, high, '\0'), kAll)) break;
  }
  ends = state;
  return block;
}

#endif

}  // namespace

std::span<const AddBlocks> ways_to_add_blocks() {
#ifdef __x86_64__
  static constexpr AddBlocks kWays[] = {add_blocks_by_byte, add_blocks_sse2, add_blocks_avx2};
  return {kWays, __builtin_cpu_supports("avx2") ? size_t{3} : size_t{2}};
#else
  static constexpr AddBlocks kWays[] = {add_blocks_by_byte};
  return kWays;
#endif
}

bool add_rest(const char* at, size_t count, size_t before, LineEnds& ends) {
  assert(count > 0 && count < 64);
  const auto absent = static_cast<unsigned>(64 - count);
#ifdef __x86_64__
  if (before >= absent) {  // the last 64 bytes, of which those before `at` are shifted out
    const LineMarks marks = mark_sse2(at - absent);
    return ends.add(marks.lf >> absent, marks.cr >> absent, marks.nul >> absent, kAll >> absent);
  }
#endif
  const LineMarks marks = mark_by_byte(at, count);
  return ends.add(marks.lf, marks.cr, marks.nul, kAll >> absent);
}

}  // namespace graylane::http
