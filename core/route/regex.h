// Regex: a compiled PCRE2 expression over bytes (no UTF), with finite match and heap limits. Immutable; shared by threads.
// RegexScratch: what a match needs beside it; one for each thread, reused for every match, so that matching allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::route {

/// Steps of one match; at the limit the match counts as an error. PCRE's own default is 10 million, which lets one header
/// value stop a worker for tens of milliseconds; this stops after about one.
inline constexpr uint32_t kRegexMatchLimit = 1'000'000;
inline constexpr uint32_t kRegexHeapLimitKib = 1'024;
inline constexpr size_t kRegexPatternBytesMax = 4'096;
inline constexpr size_t kCapturesMax = 10;  // $0..$9

class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;

  /// Captures of the last successful match; views into its subject. Unset groups are empty.
  const std::array<std::string_view, kCapturesMax>& captures() const { return captures_; }

 private:
  friend class Regex;
  struct State;
  std::unique_ptr<State> state_;
  std::array<std::string_view, kCapturesMax> captures_;
};

enum class RegexOutcome { kMatch, kNoMatch, kError };

class Regex {
 public:
  struct Options {
    bool caseless = false;
  };
  /// Fails with PCRE2's own message and the offset in the pattern.
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, Options options);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// Searches anywhere in the subject. kError: a limit was reached.
  RegexOutcome search(std::string_view subject, RegexScratch& scratch) const;
  const std::string& pattern() const { return pattern_; }

 private:
  Regex() = default;
  std::string pattern_;
  void* code_ = nullptr;
};

}  // namespace graylane::route
