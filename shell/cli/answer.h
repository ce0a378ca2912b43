// How an explanation is printed. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/request_line.h"
#include "route/explain.h"

namespace graylane::cli {

/// {"request":...,"decision":...,"to":[...],"status":...,"location":...,"trace":[...]}, one line without its end.
/// `request` is JSON already.
std::string answer_json(std::string_view request, const route::Explanation& explanation);

/// {"error":...,"at":"FILE:LINE:COL"}
std::string error_json(const Error& error);

struct TextStyle {
  bool colour = false;
  size_t width = 0;  // of the terminal; 0: none, and a rule is one line
};

/// The winner, then the rules in the order considered, in columns where they fit; then the hints.
std::string answer_text(const RequestLine& request, const route::Explanation& explanation, std::span<const std::string> hints,
                        TextStyle style);

}  // namespace graylane::cli
