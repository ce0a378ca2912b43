// SourceText: the text that a manifest was read from, by line; for edits that are certain. Does not own the text. The line
// index is made at the first use; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/location.h"

namespace graylane::api {

class SourceText {
 public:
  enum class Syntax { kYaml, kJson };

  SourceText(std::string_view text, Syntax syntax) : text_(text), syntax_(syntax) {}

  bool is_yaml() const { return syntax_ == Syntax::kYaml; }
  uint32_t line_count() const;
  /// Without its line end; lines count from 1. Empty when there is no such line.
  std::string_view line(uint32_t number) const;
  /// With its line end, which the last line may lack.
  std::string_view whole_line(uint32_t number) const;

  /// Puts the scalar of one word at `at` in quotes; nothing when it is not certain what the scalar is.
  std::optional<TextEdit> quote(Position at) const;
  /// Takes away the quotes of the quoted number at `at`.
  std::optional<TextEdit> unquote(Position at) const;

 private:
  TextEdit replace(Position at, size_t length, std::string_view replacement) const;

  std::string_view text_;
  Syntax syntax_;
  mutable std::vector<size_t> line_starts_;  // empty: not made yet
};

/// The text with all edits made; edits that overlap an earlier one (by line) are left out, and so are repeated ones.
std::string apply_edits(std::string_view text, std::vector<TextEdit> edits);

}  // namespace graylane::api
