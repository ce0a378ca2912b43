// PathPrefixes: the prefixes of a path that end before a '/', and the whole path, each with its hash. Views; for one lookup.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "route/hash.h"

namespace graylane::route {

struct PathPrefix {
  uint32_t size = 0;  // in bytes; of the whole path at last
  uint32_t hash = 0;
};

/// Goes from prefix to prefix. The hash of a prefix depends on its text alone.
class PathWalk {
 public:
  explicit PathWalk(std::string_view path) : path_(path), at_(path.starts_with('/') ? 1 : 0) {}

  /// False: there are no more.
  bool next(PathPrefix& prefix) {
    if (at_ > path_.size()) return false;
    for (;; at_ += sizeof(uint64_t)) {
      const uint64_t word = load_word(path_, at_);
      const uint64_t slash = first_slash(word);
      const size_t left = path_.size() - at_;
      if (slash == 0 && left >= sizeof(word)) {
        hash_ = mix_word(hash_, word);
        continue;
      }
      const size_t size = slash != 0 ? static_cast<size_t>(std::countr_zero(slash)) / 8 : left;
      if (size > 0) hash_ = mix_word(hash_, word & ~(~uint64_t{0} << (8 * size)));
      prefix = {static_cast<uint32_t>(at_ + size), static_cast<uint32_t>(hash_ >> 16)};
      at_ += size + 1;
      hash_ += kSlash;
      return true;
    }
  }

 private:
  static constexpr uint64_t kSlash = 0xd6e8feb86659fd93ULL;

  /// The high bit of the first byte that is a '/'; higher bits may be set too.
  static uint64_t first_slash(uint64_t word) {
    constexpr uint64_t kOnes = 0x0101010101010101ULL;
    word ^= kOnes * '/';
    return (word - kOnes) & ~word & (kOnes << 7);
  }

  std::string_view path_;
  size_t at_;  // of a segment, behind its '/'; over the path's size: done
  uint64_t hash_ = kSlash;
};

/// The first prefixes at once, so that they are there when memory is; the rest as it is asked for.
class PathPrefixes {
 public:
  explicit PathPrefixes(std::string_view path) : rest_(path) {
    while (count_ < first_.size() && rest_.next(first_[count_])) ++count_;
  }

  /// Calls visit(prefix) with each, shorter ones first, until it returns true.
  template <class F>
  void each(F&& visit) const {
    for (size_t i = 0; i < count_; ++i) {
      if (visit(first_[i])) return;
    }
    if (count_ < first_.size()) return;
    PathPrefix prefix;
    for (PathWalk walk = rest_; walk.next(prefix);) {
      if (visit(prefix)) return;
    }
  }

 private:
  std::array<PathPrefix, 8> first_;
  size_t count_ = 0;
  PathWalk rest_;
};

}  // namespace graylane::route
