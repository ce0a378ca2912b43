// Names and lists of names.
#include <algorithm>
#include <array>
#include <charconv>

#include "http/h1_chars.h"
#include "http/h1_head.h"
#include "http/h1_list.h"

namespace graylane::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

template <class Head>
bool passes(const Head& head, std::string_view name) {
  if (is_hop_by_hop(name) || equal_names(name, "content-length")) return false;
  if (!head.names_fields) return true;
  return std::ranges::none_of(head.fields, [&](const HeaderField& field) {
    return equal_names(field.name, "connection") && names_field(field.value, name);
  });
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_char(c, kTokenChar); });
}

bool equal_names(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_hop_by_hop(std::string_view name) {
  switch (name.size()) {
    case 2: return equal_names(name, "te");
    case 7: return equal_names(name, "trailer") || equal_names(name, "upgrade");
    case 10: return equal_names(name, "connection") || equal_names(name, "keep-alive");
    case 16: return equal_names(name, "proxy-connection");
    case 17: return equal_names(name, "transfer-encoding");
    default: return false;
  }
}

bool names_field(std::string_view connection, std::string_view name) {
  bool found = false;
  each_element(connection, [&](std::string_view element) { found |= equal_names(element, name); });
  return found;
}

bool passes_on(const RequestHead& head, std::string_view name) { return passes(head, name); }
bool passes_on(const ResponseHead& head, std::string_view name) { return passes(head, name); }

FramingLine framing_line(Framing framing, uint64_t content_length) {
  constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
  constexpr std::string_view kLength = "Content-Length: ";
  FramingLine line;
  if (framing == Framing::kChunked) line.size = static_cast<uint8_t>(kChunked.copy(line.text.data(), kChunked.size()));
  if (framing != Framing::kLength) return line;
  char* at = line.text.data() + kLength.copy(line.text.data(), kLength.size());
  at = std::to_chars(at, line.text.data() + line.text.size() - 2, content_length).ptr;
  *at++ = '\r';
  *at++ = '\n';
  line.size = static_cast<uint8_t>(at - line.text.data());
  return line;
}

}  // namespace graylane::http
