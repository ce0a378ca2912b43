#include "telemetry/metric_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace graylane::telemetry {

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\n') {
      labels += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') labels += '\\';
    labels += c;
  }
  labels += '"';
}

std::string make_labels(std::initializer_list<Label> labels) {
  std::string text;
  for (const auto& [name, value] : labels) append_label(text, name, value);
  return text;
}

std::string number_text(double value) {
  const double size = std::abs(value);
  const bool plain = value == 0 || (size >= 1e-4 && size < 1e6);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  std::array<char, 32> text;  // fixed: at most 6 digits, a point and 20 further ones
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
  return {text.data(), end};
}

void MetricText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricText::single(std::string_view name, std::string_view type, std::string_view help, uint64_t value,
                        std::string_view labels) {
  family(name, type, help);
  sample(labels, value);
}

void MetricText::line(std::string_view suffix, std::string_view labels, std::string_view value) {
  out_.append(name_).append(suffix);
  if (!labels.empty()) out_.append("{").append(labels).append("}");
  out_.append(" ").append(value).append("\n");
}

void MetricText::histogram(std::string_view labels, std::span<const std::string> bounds, std::span<const uint64_t> counts,
                           std::string_view sum) {
  std::string with_bound(labels);
  append_label(with_bound, "le", "");
  const size_t bound_at = with_bound.size() - 1;
  uint64_t below = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    with_bound.resize(bound_at);
    with_bound.append(i < bounds.size() ? std::string_view(bounds[i]) : "+Inf").append("\"");
    line("_bucket", with_bound, std::to_string(below));
  }
  line("_sum", labels, sum);
  line("_count", labels, std::to_string(below));
}

}  // namespace graylane::telemetry
