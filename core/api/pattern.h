// Pattern: a regular expression of a schema, compiled once. Immutable, shared by threads. Written for Go's syntax, matched by
// PCRE2, which has it all; expressions and texts are untrusted, so that both have limits: at most 4,096 bytes of pattern and
// about a millisecond of one match. A text that reaches the limit does not match.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace graylane::api {

class Pattern {
 public:
  static constexpr size_t kBytesMax = 4'096;

  static Result<std::shared_ptr<const Pattern>> compile(std::string_view text);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  /// Anywhere in the text.
  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  Pattern() = default;

  std::string text_;
  void* code_ = nullptr;
};

}  // namespace graylane::api
