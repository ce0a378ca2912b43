// ASCII letters in lower case; all other bytes stay. Pure.
#pragma once

#include <string>
#include <string_view>

namespace graylane::cli {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

}  // namespace graylane::cli
