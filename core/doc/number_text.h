// Numbers as text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace graylane::doc {

/// The shortest JSON text that reads back as the same double and not as an integer: "1.0", "0.1", "1e+22". Finite numbers only.
std::string double_text(double value);
/// The nearest double to a decimal number without a leading '+'; nothing when it is too large. The text must be a number.
std::optional<double> read_double(std::string_view text);
/// What Kubernetes makes of a YAML key that is a number with a fraction (single precision): "1.1", "1.5e+10", ".inf".
std::string float_key_text(double value);

}  // namespace graylane::doc
