#include "apiserver/request_timeout.h"

#include <algorithm>
#include <array>

namespace graylane::apiserver {
namespace {

constexpr std::array<std::string_view, 8> kUnits = {"ns", "us", "\xC2\xB5s", "\xCE\xBCs", "ms", "s", "m", "h"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while(std::string_view& text, auto holds) {
  const auto end = std::ranges::find_if_not(text, holds);
  const std::string_view taken(text.begin(), end);
  text.remove_prefix(taken.size());
  return taken;
}

/// "1.5", ".5", "2."; false: none.
bool take_number(std::string_view& text) {
  const bool whole = !take_while(text, is_digit).empty();
  if (!text.starts_with('.')) return whole;
  text.remove_prefix(1);
  return !take_while(text, is_digit).empty() || whole;
}

}  // namespace

std::string duration_problem(std::string_view text) {
  const std::string shown = " duration " + go_quoted(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return {};
  if (text.empty()) return "time: invalid" + shown;
  while (!text.empty()) {
    if (!take_number(text)) return "time: invalid" + shown;
    const std::string_view unit = take_while(text, [](char c) { return c != '.' && !is_digit(c); });
    if (unit.empty()) return "time: missing unit in" + shown;
    if (std::ranges::find(kUnits, unit) == kUnits.end()) return "time: unknown unit " + go_quoted(unit) + " in" + shown;
  }
  return {};
}

Outcome<void> check_timeout(const httpd::Request& request) {
  const std::string* timeout = request.query_value("timeout");
  const std::string problem = timeout && !timeout->empty() ? duration_problem(*timeout) : "";
  if (problem.empty()) return {};
  return refuse(bad_request("invalid timeout specified in the request URL - " + problem));
}

}  // namespace graylane::apiserver
