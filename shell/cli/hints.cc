#include "cli/hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/lower_case.h"
#include "cli/route_rows.h"
#include "cli/suggest.h"

namespace graylane::cli {

namespace {

constexpr size_t kHostsShown = 5;
constexpr size_t kExcludedShown = 3;

/// Between `before` and the quote that ends the text.
std::optional<std::string_view> quoted_after(std::string_view text, std::string_view before) {
  const size_t at = text.find(before);
  if (at == text.npos || !text.ends_with('"') || at + before.size() >= text.size()) return std::nullopt;
  return text.substr(at + before.size(), text.size() - at - before.size() - 1);
}

/// A header or cookie that failed only because its value has other letters' case.
std::optional<std::string> case_hint(const route::TraceStep& step) {
  if (step.matched) return std::nullopt;
  const auto wanted = quoted_after(step.rule, " == \"");
  const auto seen = quoted_after(step.why, "it is \"");
  if (!wanted || !seen || *wanted == *seen || lower_case(*wanted) != lower_case(*seen)) return std::nullopt;
  return fmt::format("values have a case: \"{}\" is not \"{}\" ({})", *seen, *wanted, step.at.to_string());
}

/// As rules name it: in lower case, without port and without the dot at its end.
std::string host_name(std::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  if (host.ends_with('.')) host.remove_suffix(1);
  return lower_case(host);
}

std::optional<std::string> host_hint(const std::string& asked, const route::Table& table) {
  const std::vector<std::string> names = host_names(table);
  if (names.empty()) return "no Ingress that is in force names a host";
  if (const std::string meant = nearest(asked, names); !meant.empty() && meant != asked)
    return fmt::format("did you mean the host {}?", meant);
  if (std::ranges::find(names, asked) != names.end()) return std::nullopt;
  const std::vector<std::string> shown(names.begin(),
                                       names.begin() + static_cast<ptrdiff_t>(std::min(names.size(), kHostsShown)));
  const size_t more = names.size() - shown.size();
  return fmt::format("hosts with rules: {}{}", fmt::join(shown, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

std::string_view fate_of(const Excluded& ingress) {
  if (!ingress.text.empty()) return "could not be read to its end: ";
  return ingress.why.starts_with("left to ") ? "is " : "is left out: ";
}

std::vector<std::string> left_out_hints(const std::string& asked, std::span<const Excluded> excluded) {
  std::vector<std::string> hints;
  size_t more = 0;
  for (const Excluded& ingress : excluded) {
    if (asked.empty() || !ingress.names(asked)) continue;
    if (hints.size() == kExcludedShown) ++more;
    else
      hints.push_back(
          fmt::format("{} names this host and {}{} ({})", ingress.name, fate_of(ingress), ingress.why, ingress.at.to_string()));
  }
  if (more > 0) hints.push_back(fmt::format("{} more Ingresses that name this host are left out: see graylane lint", more));
  return hints;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::vector<std::string> hints_for(const RequestLine& request, const route::Explanation& explanation, const route::Table& table,
                                   std::span<const Excluded> excluded) {
  const std::string asked = host_name(request.host);
  std::vector<std::string> hints = left_out_hints(asked, excluded);
  if (explanation.status == 404 && !is_ascii(asked)) {
    hints.push_back("on the wire a host name is ASCII: ask for the form that begins with xn--");
  } else if (explanation.status == 404 && hints.empty()) {
    if (auto hint = host_hint(asked, table)) hints.push_back(std::move(*hint));
  }
  for (const route::TraceStep& step : explanation.trace) {
    if (auto hint = case_hint(step)) hints.push_back(std::move(*hint));
  }
  if (explanation.location && explanation.status != 404 && !request.tls && explanation.location->starts_with("https://")) {
    hints.push_back("ask for " + *explanation.location + " to see where the redirect leads");
  }
  return hints;
}

}  // namespace graylane::cli
