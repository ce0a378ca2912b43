#include "dialect/ingress_nginx/variables.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

using route::TextTemplate;
using route::Variable;
using Part = TextTemplate::Part;

constexpr auto kVariables = std::to_array<std::pair<std::string_view, Variable>>({
    {"host", Variable::kHost},
    {"http_host", Variable::kHttpHost},
    {"best_http_host", Variable::kBestHttpHost},
    {"this_host", Variable::kHttpHost},
    {"server_name", Variable::kHost},
    {"scheme", Variable::kScheme},
    {"pass_access_scheme", Variable::kAccessScheme},
    {"request_uri", Variable::kRequestUri},
    {"escaped_request_uri", Variable::kEscapedRequestUri},
    {"uri", Variable::kUri},
    {"document_uri", Variable::kUri},
    {"args", Variable::kArgs},
    {"query_string", Variable::kArgs},
    {"is_args", Variable::kIsArgs},
    {"request_method", Variable::kMethod},
    {"remote_addr", Variable::kRemoteAddress},
    {"the_real_ip", Variable::kRemoteAddress},
    {"server_port", Variable::kServerPort},
    {"pass_server_port", Variable::kServerPort},
});

constexpr auto kPrefixed = std::to_array<std::pair<std::string_view, Variable>>({
    {"http_", Variable::kHeader},
    {"cookie_", Variable::kCookie},
    {"arg_", Variable::kArgument},
});

Part literal(std::string_view text) {
  Part part;
  part.text = text;
  return part;
}

Part variable(Variable which, std::string text = {}) {
  Part part;
  part.kind = Part::Kind::kVariable;
  part.variable = which;
  part.text = std::move(text);
  return part;
}

std::optional<std::string_view> constant(std::string_view name, const LocationConstants& constants) {
  if (name == "namespace") return constants.ns;
  if (name == "ingress_name") return constants.ingress;
  if (name == "service_name") return constants.service;
  if (name == "service_port") return constants.service_port;
  if (name == "location_path") return constants.path;
  return std::nullopt;
}

std::optional<Part> resolve(std::string_view name, const LocationConstants& constants) {
  if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') {
    Part part;
    part.kind = Part::Kind::kCapture;
    part.capture = static_cast<uint8_t>(name[0] - '0');
    return part;
  }
  if (const auto text = constant(name, constants)) return literal(*text);
  const auto known = std::ranges::find(kVariables, name, &std::pair<std::string_view, Variable>::first);
  if (known != kVariables.end()) return variable(known->second);
  for (const auto& [prefix, which] : kPrefixed) {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    std::string rest = lower_case(name.substr(prefix.size()));
    if (which == Variable::kHeader) std::ranges::replace(rest, '_', '-');
    return variable(which, std::move(rest));
  }
  return std::nullopt;
}

/// Reads the name after a '$' at `i` (which is moved behind it). Empty: no name follows.
std::string_view read_name(std::string_view text, size_t& i) {
  const bool braced = i < text.size() && text[i] == '{';
  const size_t start = i + (braced ? 1 : 0);
  size_t end = start;
  if (!braced && end < text.size() && text[end] >= '0' && text[end] <= '9') {
    ++end;  // one digit: "$12" is capture 1 and the text "2"
  } else {
    while (end < text.size() && (is_alnum(text[end]) || text[end] == '_')) ++end;
  }
  if (braced && (end >= text.size() || text[end] != '}')) return {};
  i = end + (braced ? 1 : 0);
  return text.substr(start, end - start);
}

/// `unknown` is called with the name of an unknown variable; true: go on with empty text.
template <class F>
std::optional<TextTemplate> parse(std::string_view text, const LocationConstants& constants, F&& unknown) {
  TextTemplate result;
  const auto append = [&](Part part) {
    const bool both_literal =
        !result.parts.empty() && result.parts.back().kind == Part::Kind::kLiteral && part.kind == Part::Kind::kLiteral;
    if (both_literal) {
      result.parts.back().text += part.text;
    } else {
      result.parts.push_back(std::move(part));
    }
  };
  for (size_t i = 0; i < text.size();) {
    const size_t dollar = std::min(text.find('$', i), text.size());
    if (dollar > i) append(literal(text.substr(i, dollar - i)));
    i = dollar;
    if (i == text.size()) break;
    const std::string_view name = read_name(text, ++i);
    if (auto part = resolve(name, constants)) {
      append(std::move(*part));
    } else if (!unknown(name)) {
      return std::nullopt;
    } else if (name.empty()) {
      break;
    }
  }
  return result;
}

}  // namespace

Result<TextTemplate> parse_template(std::string_view text, const LocationConstants& constants) {
  std::string missing;
  auto result = parse(text, constants, [&](std::string_view name) {
    missing = name;
    return false;
  });
  if (result) return std::move(*result);
  return fail(ErrorCode::kInvalid, missing.empty() ? "a $ without the name of a variable" : "unknown variable $" + missing);
}

TextTemplate parse_hash_key(std::string_view text, const LocationConstants& constants) {
  return parse(text, constants, [](std::string_view) { return true; }).value_or(TextTemplate());
}

}  // namespace graylane::ingress_nginx
