// TextTemplate: a text with places that a request fills in ("/$2", "https://$host$request_uri"). Immutable; shared by threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "route/regex.h"
#include "route/request.h"

namespace graylane::route {

enum class Variable : uint8_t {
  kHost,               // the host name as looked up
  kHttpHost,           // the Host header as sent
  kBestHttpHost,       // the first X-Forwarded-Host where forwarded headers are trusted, else as sent
  kScheme,             // of the connection
  kAccessScheme,       // X-Forwarded-Proto where forwarded headers are trusted, else of the connection
  kRedirectHost,       // the same without its port
  kRequestUri,         // the target as sent
  kRequestUriNoSlash,  // the same without one '/' at its end
  kEscapedRequestUri,  // the same, escaped as a query value
  kUri,                // the normalised path
  kArgs,
  kIsArgs,  // "?" or ""
  kMethod,
  kRemoteAddress,
  kServerPort,
  kHeader,    // text: its canonical name
  kCookie,    // text: its name
  kArgument,  // text: its name
};

struct TextTemplate {
  struct Part {
    enum class Kind : uint8_t { kLiteral, kCapture, kVariable };
    Kind kind = Kind::kLiteral;
    Variable variable{};
    uint8_t capture = 0;
    std::string text;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;

  static TextTemplate literal(std::string text);
  bool is_literal() const { return parts.empty() || (parts.size() == 1 && parts[0].kind == Part::Kind::kLiteral); }
  std::string_view literal_text() const { return parts.empty() ? std::string_view() : std::string_view(parts[0].text); }
  bool operator==(const TextTemplate&) const = default;
};

using Captures = std::array<std::string_view, kCapturesMax>;

/// What templates read. References outlive the call only.
struct TemplateInput {
  const Request& request;
  const Normalised& normalised;
  const ListenerOptions& options;
  TextScratch& scratch;
};

void render(const TextTemplate& text, const TemplateInput& input, const Captures& captures, std::string& out);

/// Scheme of the connection as the client sees it: X-Forwarded-Proto where forwarded headers are trusted.
std::string_view access_scheme(const TemplateInput& input);
/// The Host that the backend gets by default.
std::string_view best_http_host(const TemplateInput& input);

/// Escapes what must not stand in a path, as nginx does for a rewritten path (" # % ? controls, 7F-FF, "<>\^`{|}).
void append_escaped_path(std::string_view path, std::string& out);

}  // namespace graylane::route
