#include <algorithm>
#include <cctype>

#include "doc/parse.h"
#include "doc/print.h"
#include "patch/field_set.h"

namespace graylane::patch {
namespace {

int rank(const std::string& text) {
  switch (text.empty() ? '\0' : text.front()) {
    case 'f': return 0;
    case 'k': return 1;
    case 'v': return 2;
    default: return 3;
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many digits there are from `at` on.
size_t digits_from(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

bool is_inside_quotes(std::string_view before) {
  bool inside = false;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i] == '\\') ++i;
    else if (before[i] == '"') inside = !inside;
  }
  return inside;
}

/// As text, but numbers outside of quotes by size: port 80 stands before port 443.
std::strong_ordering compare_with_numbers(std::string_view a, std::string_view b) {
  const size_t split = static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  size_t begin = split;
  while (begin > 0 && is_digit(a[begin - 1])) --begin;
  const size_t in_a = digits_from(a, begin);
  const size_t in_b = digits_from(b, begin);
  if (in_a != in_b && in_a > 0 && in_b > 0 && !is_inside_quotes(a.substr(0, begin))) return in_a <=> in_b;
  return a <=> b;
}

std::string join_keys(const doc::Value& keys) {
  std::string text;
  for (const doc::Member& member : *keys.as_object())
    text += (text.empty() ? "" : ",") + member.key + "=" + doc::to_json(member.value);
  return "[" + text + "]";
}

std::string to_string(const PathElement& element) {
  const std::string_view rest = std::string_view(element.text).substr(2);
  if (element.is_field()) return "." + std::string(rest);
  if (element.text.front() == 'v') return "[=" + std::string(rest) + "]";
  if (element.text.front() != 'k') return "[" + std::string(rest) + "]";
  const doc::Parsed parsed = doc::parse_json(rest, nullptr);
  return parsed.documents.empty() ? std::string(rest) : join_keys(parsed.documents[0]);
}

}  // namespace

PathElement PathElement::field(std::string_view name) { return {"f:" + std::string(name)}; }

PathElement PathElement::value(const doc::Value& scalar) { return {"v:" + doc::to_json(scalar)}; }

PathElement PathElement::key(const doc::Object& keys) {
  std::vector<const doc::Member*> sorted;
  for (const doc::Member& member : keys) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](const doc::Member* member) { return std::string_view(member->key); });
  doc::Object object;
  for (const doc::Member* member : sorted) object.append(member->key, member->value, {});
  return {"k:" + doc::to_json(doc::Value(std::move(object)))};
}

std::optional<PathElement> PathElement::parse(const std::string& text) {
  if (text.size() < 2 || text[1] != ':') return std::nullopt;
  if (text.front() == 'f' || text.front() == 'i') return PathElement{text};
  if (text.front() != 'k' && text.front() != 'v') return std::nullopt;
  const doc::Parsed parsed = doc::parse_json(std::string_view(text).substr(2), nullptr);
  if (parsed.documents.size() != 1 || !parsed.diagnostics.empty()) return std::nullopt;
  const doc::Object* object = parsed.documents[0].as_object();
  if (text.front() == 'v') return value(parsed.documents[0]);
  return object ? std::optional(key(*object)) : std::nullopt;
}

std::strong_ordering PathElement::operator<=>(const PathElement& other) const {
  if (rank(text) != rank(other.text)) return rank(text) <=> rank(other.text);
  return is_field() ? text <=> other.text : compare_with_numbers(text, other.text);
}

std::string to_string(const Path& path) {
  std::string text;
  for (const PathElement& element : path) text += to_string(element);
  return text;
}

}  // namespace graylane::patch
