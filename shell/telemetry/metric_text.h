// MetricText: writes Prometheus' text exposition format 0.0.4. Label values are escaped here; names are the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace graylane::telemetry {

struct Label {
  std::string_view name;
  std::string_view value;
};

/// Appends `NAME="VALUE"`, after a comma when `labels` is not empty.
void append_label(std::string& labels, std::string_view name, std::string_view value);
std::string make_labels(std::initializer_list<Label> labels);

/// The shortest decimal number that reads back as the same double, in the form that Prometheus' own writers choose: 0.005, 100000,
/// 1e+06. The text of `le` is a label, so its form matters.
std::string number_text(double value);

class MetricText {
 public:
  explicit MetricText(std::string& out) : out_(out) {}

  /// Begins a family; its samples follow, all of them.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// `labels` without braces.
  void sample(std::string_view labels, uint64_t value) { line("", labels, std::to_string(value)); }
  /// One histogram. `counts` has a place more than `bounds`: what is over all of them.
  void histogram(std::string_view labels, std::span<const std::string> bounds, std::span<const uint64_t> counts,
                 std::string_view sum);

  /// A family with one sample.
  void single(std::string_view name, std::string_view type, std::string_view help, uint64_t value, std::string_view labels = "");

 private:
  void line(std::string_view suffix, std::string_view labels, std::string_view value);

  std::string& out_;
  std::string name_;
};

}  // namespace graylane::telemetry
