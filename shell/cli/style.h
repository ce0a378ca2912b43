// Colours of a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

namespace graylane::cli {

enum class Colour { kRed, kGreen, kYellow, kDim, kBold };

/// The text as it is when `on` is false.
inline std::string paint(std::string_view text, Colour colour, bool on) {
  if (!on) return std::string(text);
  const char* code = "";
  switch (colour) {
    case Colour::kRed: code = "\x1b[31m"; break;
    case Colour::kGreen: code = "\x1b[32m"; break;
    case Colour::kYellow: code = "\x1b[33m"; break;
    case Colour::kDim: code = "\x1b[2m"; break;
    case Colour::kBold: code = "\x1b[1m"; break;
  }
  return std::string(code) + std::string(text) + "\x1b[0m";
}

}  // namespace graylane::cli
