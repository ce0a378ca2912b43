#include "doc/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace graylane::doc {

std::string double_text(double value) {
  std::array<char, 40> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::optional<double> read_double(std::string_view text) {
  double value = 0;
  const std::errc error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
  if (error != std::errc::result_out_of_range) return value;
  // from_chars does not tell too small, which is 0, from too large.
  value = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string float_key_text(double value) {
  const auto single = static_cast<float>(value);
  if (std::isnan(single)) return ".nan";
  if (std::isinf(single)) return single > 0 ? ".inf" : "-.inf";
  std::array<char, 64> buffer;
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), single, std::chars_format::general).ptr};
}

}  // namespace graylane::doc
