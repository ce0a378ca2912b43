#include <fmt/format.h>

#include <algorithm>

#include "cli/answer.h"
#include "cli/columns.h"
#include "cli/route_rows.h"
#include "cli/style.h"

namespace graylane::cli {

namespace {

constexpr size_t kCellWidthMax = 60;
constexpr size_t kGap = 2;

std::string_view role_of(const route::Outcome& to) {
  switch (to.role) {
    case route::Role::kStable: return "stable";
    case route::Role::kCanary: return "canary";
    case route::Role::kDefault: break;
  }
  return "default backend";
}

/// "old-nginx:80 (stable) 50 %"; the namespace only when it is not the default one.
std::string destination(const route::Outcome& to) {
  constexpr std::string_view kDefaultNamespace = "default/";
  std::string name = to.service.starts_with(kDefaultNamespace) ? to.service.substr(kDefaultNamespace.size()) : to.service;
  name += ":" + (to.port != 0 ? std::to_string(to.port) : to.port_name);
  return fmt::format("{} ({}){}", name, role_of(to), to.share < 1 ? " " + percent(to.share) : "");
}

/// Of the statuses that a gateway answers with itself; empty for others.
std::string_view reason_phrase(uint16_t status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return {};
  }
}

std::string winner(const route::Explanation& explanation) {
  std::vector<std::string> parts;
  for (const route::Outcome& to : explanation.to) parts.push_back(destination(to));
  if (!parts.empty()) return fmt::format("{}", fmt::join(parts, ", "));
  const uint16_t status = explanation.status.value_or(0);
  const std::string line = fmt::format("{}{}{}", status, reason_phrase(status).empty() ? "" : " ", reason_phrase(status));
  return explanation.location ? fmt::format("{}, Location: {}", line, *explanation.location)
                              : line + ", answered by the gateway itself";
}

std::string forwarded(const RequestLine& request, const route::Explanation& explanation) {
  std::string out;
  if (explanation.to.empty()) return out;
  const route::Outcome& to = explanation.to.front();
  if (to.path != request.path) out += fmt::format("   path sent: {}\n", printable(to.path));
  if (to.host != request.host) out += fmt::format("   host sent: {}\n", printable(to.host));
  return out;
}

std::string outcome_of(const route::TraceStep& step, bool colour) {
  return step.matched ? paint("matched", Colour::kGreen, colour) : paint("no", Colour::kDim, colour);
}

bool fits(std::string_view lines, size_t width) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    if (display_width(line) > width) return false;
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
  }
  return true;
}

std::string in_columns(const route::Explanation& explanation, bool colour) {
  Columns columns;
  size_t number = 0;
  for (const route::TraceStep& step : explanation.trace) {
    columns.row({std::to_string(++number), printable(step.rule), outcome_of(step, colour), printable(step.at.to_string()),
                 printable(step.why)});
  }
  return columns.text(kGap, kCellWidthMax);
}

/// For a terminal that is too narrow for columns: below each rule the reason, and the place on a line of its own.
std::string stacked(const route::Explanation& explanation, TextStyle style) {
  std::string out;
  size_t number = 0;
  for (const route::TraceStep& step : explanation.trace) {
    const std::string head = fmt::format("{:<3}", ++number);
    out += wrapped(head + printable(step.rule) + "  " + outcome_of(step, style.colour), style.width, head.size()) + "\n";
    out += wrapped("     " + printable(step.why), style.width, 0) + "\n";
    if (const std::string at = step.at.to_string(); !at.empty()) out += "     " + printable(at) + "\n";
  }
  return out;
}

std::string steps(const route::Explanation& explanation, TextStyle style) {
  std::string columns = in_columns(explanation, style.colour);
  return style.width == 0 || fits(columns, style.width) ? columns : stacked(explanation, style);
}

}  // namespace

std::string answer_text(const RequestLine& request, const route::Explanation& explanation, std::span<const std::string> hints,
                        TextStyle style) {
  std::string out = wrapped(paint("-> " + printable(winner(explanation)), Colour::kBold, style.colour), style.width, 3) + "\n";
  out += wrapped(forwarded(request, explanation), style.width);
  out += steps(explanation, style);
  for (const std::string& hint : hints) out += wrapped("hint: " + printable(hint), style.width) + "\n";
  return out;
}

}  // namespace graylane::cli
