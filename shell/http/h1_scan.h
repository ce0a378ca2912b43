// Finding bytes by kind, 16 at a time where the machine can. Inside this folder only. No byte outside of the Window is read.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "http/h1_chars.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace graylane::http {

/// The bytes that may be read, before and behind the place where a search begins.
struct Window {
  const char* begin;
  const char* end;
};

/// Controls other than TAB, and DEL: what ends a field's value.
struct Controls {
  static bool has(char c) { return is_char(c, kControlChar); }
#ifdef __SSE2__
  static __m128i has(__m128i v) {
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
    const __m128i not_tab = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), low);
    return _mm_or_si128(not_tab, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
  }
#endif
};

/// Controls, TAB, space and DEL: what ends a request's target.
struct NotTarget {
  static bool has(char c) { return is_char(c, kNotTargetChar); }
#ifdef __SSE2__
  static __m128i has(__m128i v) {
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x20)), v);
    return _mm_or_si128(low, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
  }
#endif
};

/// What is no letter, digit or '-': the end of most field names. Some such characters belong to a name all the same.
struct NotPlainName {
  static bool has(char c) { return c != '-' && !is_char(c, kAlnumChar); }
#ifdef __SSE2__
  static __m128i is_between(__m128i v, char first, int count) {  // signed comparison, so that the range begins at -128
    const __m128i moved = _mm_sub_epi8(v, _mm_set1_epi8(static_cast<char>(first + 128)));
    return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + count)));
  }
  static __m128i has(__m128i v) {
    const __m128i letter = is_between(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i plain = _mm_or_si128(_mm_or_si128(letter, is_between(v, '0', 10)), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
    return _mm_cmpeq_epi8(plain, _mm_setzero_si128());
  }
#endif
};

/// What is in few hosts: no letter, digit, '-' or '.'.
struct NotPlainHost {
  static bool has(char c) { return c != '.' && NotPlainName::has(c); }
#ifdef __SSE2__
  static __m128i has(__m128i v) { return _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')), NotPlainName::has(v)); }
#endif
};

template <class Kind>
const char* find_by_byte(const char* at, const char* end) {
  while (at != end && !Kind::has(*at)) ++at;
  return at;
}

/// The first byte of the kind from `at` on; the window's end if there is none.
template <class Kind>
[[gnu::always_inline]] inline const char* find(Window window, const char* at) {
#ifdef __SSE2__
  const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  while (window.end - at >= 16) {
    const auto hits = static_cast<unsigned>(_mm_movemask_epi8(Kind::has(load(at))));
    if (hits != 0) return at + std::countr_zero(hits);
    at += 16;
  }
  if (window.end - window.begin >= 16) {  // the last 16 bytes, of which those before `at` are shifted out
    const auto before = static_cast<unsigned>(16 - (window.end - at));
    const unsigned hits = static_cast<unsigned>(_mm_movemask_epi8(Kind::has(load(window.end - 16)))) >> before;
    return hits != 0 ? at + std::countr_zero(hits) : window.end;
  }
#endif
  return find_by_byte<Kind>(at, window.end);
}

}  // namespace graylane::http
