#include "api/report.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "doc/quote.h"

namespace graylane::api {
namespace {

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

constexpr size_t kWordMax = 64;    // longer words get no suggestion
constexpr size_t kShownMax = 128;  // of a key or text, in bytes

/// At most kShownMax bytes, cut between characters of UTF-8.
std::string_view shorten(std::string_view text) {
  if (text.size() <= kShownMax) return text;
  size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Edits (insert, delete, replace, swap neighbours) from a to b, capital letters not counted. Both at most kWordMax long.
size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<size_t, kWordMax + 1>;
  std::array<Row, 3> rows{};
  std::iota(rows[0].begin(), rows[0].end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    Row& now = rows[i % 3];
    const Row& last = rows[(i + 2) % 3];
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replace = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      now[j] = std::min({replace, last[j] + 1, now[j - 1] + 1});
      bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) now[j] = std::min(now[j], rows[(i + 1) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result = quoted(text);
  return result.substr(1, result.size() - 2);
}

std::string Path::to_string() const {
  std::string text = parent_ ? parent_->to_string() : std::string();
  if (is_index_) return text + "[" + std::to_string(index_) + "]";
  if (member_.empty()) return text;
  if (!is_plain(member_)) return text + "[" + printable(member_) + "]";
  return text.empty() ? printable(member_) : text + "." + printable(member_);
}

std::string Path::leaf() const {
  if (is_index_) return (parent_ ? parent_->leaf() : std::string()) + "[" + std::to_string(index_) + "]";
  return printable(member_);
}

std::string quoted(std::string_view text) {
  std::string result;
  doc::append_quoted(result, shorten(text));
  if (text.size() > kShownMax) result.insert(result.size() - 1, "...");
  return result;
}

void Nearest::offer(std::string_view candidate) {
  if (word_.size() > kWordMax || candidate.size() > kWordMax) return;
  size_t d = distance(word_, candidate);
  size_t near = std::max<size_t>(1, std::min<size_t>(3, word_.size() / 3));
  if (d > near || d >= best_distance_) return;
  best_ = candidate;
  best_distance_ = d;
}

Diagnostic* Report::error(const char* id, const Path& path, Position at, std::string message, std::string fix) {
  has_errors_ = true;
  return add(Severity::kError, id, path, at, std::move(message), std::move(fix));
}

Diagnostic* Report::warning(const char* id, const Path& path, Position at, std::string message, std::string fix) {
  return add(Severity::kWarning, id, path, at, std::move(message), std::move(fix));
}

Diagnostic* Report::info(const char* id, const Path& path, Position at, std::string message, std::string fix) {
  return add(Severity::kInfo, id, path, at, std::move(message), std::move(fix));
}

Diagnostic* Report::add(Severity severity, const char* id, const Path& path, Position at, std::string message, std::string fix) {
  if (is_full()) {
    ++dropped_;
    return nullptr;
  }
  std::string subject = path.leaf();
  if (!subject.empty()) message = subject + " " + message;
  diagnostics_.push_back({severity, id, {}, path.to_string(), std::move(message), std::move(fix), {file_, at}, {}});
  return &diagnostics_.back();
}

void Report::add(const Objections& findings) {
  for (const Objection& finding : findings) {
    has_errors_ = true;
    if (is_full()) ++dropped_;
    else diagnostics_.push_back({Severity::kError, finding.id, {}, finding.field, finding.message, {}, {file_, finding.at}, {}});
  }
}

Diagnostics Report::take() {
  if (dropped_ > 0) {
    std::string message = std::to_string(dropped_) + " further problems of this object are not listed";
    Severity severity = has_errors_ ? Severity::kError : Severity::kWarning;
    diagnostics_.push_back({severity, "too-many-problems", {}, {}, std::move(message), {}, diagnostics_[0].where, {}});
  }
  for (Diagnostic& d : diagnostics_) d.object = object_;
  return std::move(diagnostics_);
}

}  // namespace graylane::api
