#include "patch/json_pointer.h"

#include <charconv>

namespace graylane::patch {
namespace {

std::expected<std::string, std::string> unescape(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1'))
      return std::unexpected("a ~ in a path must be written ~0, and a / inside a name ~1");
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

}  // namespace

std::expected<Tokens, std::string> parse_pointer(std::string_view text) {
  Tokens tokens;
  if (text.empty()) return tokens;
  if (text.front() != '/') return std::unexpected("a path must be empty or begin with /");
  while (!text.empty()) {
    text.remove_prefix(1);
    const size_t end = std::min(text.find('/'), text.size());
    auto token = unescape(text.substr(0, end));
    if (!token) return std::unexpected(token.error());
    tokens.push_back(*std::move(token));
    text.remove_prefix(end);
  }
  return tokens;
}

std::expected<size_t, std::string> parse_index(std::string_view token, size_t size) {
  int64_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const std::string_view digits = token.starts_with('-') ? token.substr(1) : token;
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  if (error != std::errc() || end != token.data() + token.size() || leading_zero)
    return std::unexpected("\"" + std::string(token) + "\" is no index of a list");
  if (index < 0) index += static_cast<int64_t>(size);
  if (index < 0 || static_cast<size_t>(index) >= size)
    return std::unexpected("the list has no item " + std::string(token) + "; it has " + std::to_string(size));
  return static_cast<size_t>(index);
}

}  // namespace graylane::patch
