#include "cli/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace graylane::cli {

namespace {

constexpr size_t kContext = 3;
constexpr int kChangesMax = 2'000;  // memory grows with its square: 16 MB

using Lines = std::vector<std::string_view>;

/// With their ends.
Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// One line of the result: kept (' '), removed ('-') or added ('+').
struct Step {
  char mark;
  std::string_view line;
};

/// The shortest edit script (Myers: furthest reaching paths by number of changes).
class Script {
 public:
  Script(std::span<const std::string_view> before, std::span<const std::string_view> after)
      : before_(before), after_(after), n_(static_cast<int>(before.size())), m_(static_cast<int>(after.size())) {}

  /// False when it would take too many changes.
  bool find() {
    for (int d = 0; d <= std::min(n_ + m_, kChangesMax); ++d) {
      std::vector<int> reach(static_cast<size_t>(d) * 2 + 1, -1);
      for (int k = -d; k <= d; k += 2) reach[slot(d, k)] = slide(start(d, k), k);
      reaches_.push_back(std::move(reach));
      if (at(d, n_ - m_) == n_) return true;
    }
    return false;
  }

  std::vector<Step> steps() const {
    std::vector<Step> back;
    int x = n_, y = m_;
    for (int d = static_cast<int>(reaches_.size()) - 1; d >= 0; --d) {
      const int k = x - y;
      for (const int first = start(d, k); x > first; --x, --y) back.push_back({' ', before_[static_cast<size_t>(x - 1)]});
      if (d == 0) break;
      if (comes_by_adding(d, k)) back.push_back({'+', after_[static_cast<size_t>(--y)]});
      else back.push_back({'-', before_[static_cast<size_t>(--x)]});
    }
    std::ranges::reverse(back);
    return back;
  }

 private:
  static size_t slot(int d, int k) { return static_cast<size_t>(k) + static_cast<size_t>(d); }
  // Furthest x on diagonal k (x - y) with d changes; -1: none.
  int at(int d, int k) const { return k < -d || k > d ? -1 : reaches_[static_cast<size_t>(d)][slot(d, k)]; }
  int by_adding(int d, int k) const {
    const int x = at(d - 1, k + 1);
    return x - k <= m_ ? x : -1;
  }
  int by_removing(int d, int k) const {
    const int x = at(d - 1, k - 1);
    return x >= 0 && x < n_ ? x + 1 : -1;
  }
  bool comes_by_adding(int d, int k) const { return by_adding(d, k) >= by_removing(d, k); }
  int start(int d, int k) const { return d == 0 ? 0 : std::max(by_adding(d, k), by_removing(d, k)); }
  int slide(int x, int k) const {
    if (x < 0) return x;
    while (x < n_ && x - k < m_ && before_[static_cast<size_t>(x)] == after_[static_cast<size_t>(x - k)]) ++x;
    return x;
  }

  std::span<const std::string_view> before_;
  std::span<const std::string_view> after_;
  int n_;
  int m_;
  std::vector<std::vector<int>> reaches_;
};

std::vector<Step> compare(const Lines& before, const Lines& after) {
  const size_t head = static_cast<size_t>(std::ranges::mismatch(before, after).in1 - before.begin());
  size_t tail = 0;
  while (tail < std::min(before.size(), after.size()) - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const std::span<const std::string_view> from(before.data() + head, before.size() - head - tail);
  const std::span<const std::string_view> to(after.data() + head, after.size() - head - tail);
  std::vector<Step> steps;
  for (size_t i = 0; i < head; ++i) steps.push_back({' ', before[i]});
  if (Script script(from, to); script.find()) {
    std::ranges::copy(script.steps(), std::back_inserter(steps));
  } else {
    for (const std::string_view line : from) steps.push_back({'-', line});
    for (const std::string_view line : to) steps.push_back({'+', line});
  }
  for (size_t i = before.size() - tail; i < before.size(); ++i) steps.push_back({' ', before[i]});
  return steps;
}

/// "12,3" or "12": as diff -u writes it, with the line before an empty range.
std::string range(size_t begin, size_t count) {
  const size_t line = count == 0 ? begin : begin + 1;
  return count == 1 ? std::to_string(line) : fmt::format("{},{}", line, count);
}

class Hunks {
 public:
  explicit Hunks(const std::vector<Step>& steps) : steps_(steps) {}

  std::string text() {
    std::string out;
    for (size_t i = next_change(0); i < steps_.size();) {
      const size_t begin = i - std::min(i - done_, kContext);
      size_t end = i;
      while (i < steps_.size() && i <= end + 2 * kContext) {
        end = i + 1;
        i = next_change(end);
      }
      end = std::min(steps_.size(), end + kContext);
      skip(begin);
      out += hunk(begin, end);
    }
    return out;
  }

 private:
  size_t next_change(size_t i) const {
    while (i < steps_.size() && steps_[i].mark == ' ') ++i;
    return i;
  }
  void skip(size_t to) {
    for (; done_ < to; ++done_) {
      before_ += steps_[done_].mark != '+' ? 1 : 0;
      after_ += steps_[done_].mark != '-' ? 1 : 0;
    }
  }
  std::string hunk(size_t begin, size_t end) {
    const size_t before = before_, after = after_;
    skip(end);
    std::string out = fmt::format("@@ -{} +{} @@\n", range(before, before_ - before), range(after, after_ - after));
    for (size_t i = begin; i < end; ++i) {
      out += steps_[i].mark;
      out += steps_[i].line;
      if (!steps_[i].line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
    }
    return out;
  }

  const std::vector<Step>& steps_;
  size_t done_ = 0;    // steps behind us
  size_t before_ = 0;  // lines of the old text among them
  size_t after_ = 0;
};

}  // namespace

std::string unified_diff(const std::string& file, std::string_view before, std::string_view after) {
  if (before == after) return {};
  return fmt::format("--- {}\n+++ {}\n", file, file) + Hunks(compare(split_lines(before), split_lines(after))).text();
}

}  // namespace graylane::cli
