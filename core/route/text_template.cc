#include "route/text_template.h"

namespace graylane::route {

namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

void append_hex(unsigned char c, std::string& out) {
  out.push_back('%');
  out.push_back(kHexDigits[c >> 4]);
  out.push_back(kHexDigits[c & 15]);
}

bool is_unreserved(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

void append_escaped_component(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      out.push_back(c);
    } else {
      append_hex(byte, out);
    }
  }
}

std::string_view argument(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name && equals != std::string_view::npos) return pair.substr(equals + 1);
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

std::string_view scheme(const TemplateInput& input) { return input.request.tls ? "https" : "http"; }

std::string_view without_port(std::string_view host) {
  return host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
}

std::string_view without_last_slash(std::string_view target) {
  return target.ends_with('/') ? target.substr(0, target.size() - 1) : target;
}

void append_variable(const TextTemplate::Part& part, const TemplateInput& input, std::string& out) {
  switch (part.variable) {
    case Variable::kHost: out += input.normalised.host_name; break;
    case Variable::kHttpHost: out += input.request.host; break;
    case Variable::kBestHttpHost: out += best_http_host(input); break;
    case Variable::kRedirectHost: out += without_port(best_http_host(input)); break;
    case Variable::kRequestUriNoSlash: out += without_last_slash(input.normalised.target); break;
    case Variable::kScheme: out += scheme(input); break;
    case Variable::kAccessScheme: out += access_scheme(input); break;
    case Variable::kRequestUri: out += input.normalised.target; break;
    case Variable::kEscapedRequestUri: append_escaped_component(input.normalised.target, out); break;
    case Variable::kUri: out += input.normalised.path; break;
    case Variable::kArgs: out += input.normalised.query; break;
    case Variable::kIsArgs: out += input.normalised.query.empty() ? "" : "?"; break;
    case Variable::kMethod: out += input.request.method; break;
    case Variable::kRemoteAddress: out += input.request.peer_text; break;
    case Variable::kServerPort: out += std::to_string(input.request.listener_port); break;
    case Variable::kHeader: out += find_header(input.request, part.text, input.options, input.scratch); break;
    case Variable::kCookie: out += find_cookie(input.request, part.text); break;
    case Variable::kArgument: out += argument(input.normalised.query, part.text); break;
  }
}

}  // namespace

TextTemplate TextTemplate::literal(std::string text) {
  TextTemplate result;
  Part part;
  part.text = std::move(text);
  result.parts.push_back(std::move(part));
  return result;
}

void render(const TextTemplate& text, const TemplateInput& input, const Captures& captures, std::string& out) {
  for (const TextTemplate::Part& part : text.parts) {
    switch (part.kind) {
      case TextTemplate::Part::Kind::kLiteral: out += part.text; break;
      case TextTemplate::Part::Kind::kCapture: out += captures[part.capture]; break;
      case TextTemplate::Part::Kind::kVariable: append_variable(part, input, out); break;
    }
  }
}

std::string_view access_scheme(const TemplateInput& input) {
  if (input.options.use_forwarded_headers) {
    const std::string_view forwarded = find_header(input.request, "x-forwarded-proto", input.options, input.scratch);
    if (!forwarded.empty()) return forwarded;
  }
  return scheme(input);
}

std::string_view best_http_host(const TemplateInput& input) {
  if (input.options.use_forwarded_headers) {
    const std::string_view forwarded = find_header(input.request, "x-forwarded-host", input.options, input.scratch);
    const std::string_view first = forwarded.substr(0, forwarded.find(','));
    if (!first.empty()) return first;
  }
  return input.request.host;
}

void append_escaped_path(std::string_view path, std::string& out) {
  constexpr std::string_view kEscaped = " #%?\"<>\\^`{|}";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || kEscaped.find(c) != std::string_view::npos) {
      append_hex(byte, out);
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace graylane::route
