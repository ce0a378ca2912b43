#include "http/h1_common.h"

#include <algorithm>
#include <limits>

#include "http/h1_chars.h"
#include "http/h1_list.h"
#include "http/h1_scan.h"
#include "route/address.h"

namespace graylane::http {
namespace {

constexpr size_t kLengthDigitsMax = 19;  // what always fits 64 bits

/// False: not 1 to 19 digits, or 2^63 and more, which some programs read as negative.
bool read_length(std::string_view text, uint64_t& length) {
  if (text.empty() || text.size() > kLengthDigitsMax) return false;
  length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return length <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

/// A list in which chunked stands before the end is broken: nobody could tell where the body ends.
Deciding::Coding read_codings(std::string_view value) {
  bool broken = false;
  bool chunked = false;
  size_t count = 0;
  each_element(value, [&](std::string_view coding) {
    broken |= chunked || !is_token(coding);
    chunked |= equal_names(coding, "chunked");
    ++count;
  });
  if (broken) return Deciding::Coding::kBroken;
  return chunked && count == 1 ? Deciding::Coding::kChunked : Deciding::Coding::kOther;
}

bool is_port(std::string_view text) {
  if (text.size() > 5) return false;
  uint32_t port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  return port <= 65'535;
}

bool is_reg_name(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_char(text[i], kRegNameChar)) continue;
    if (text[i] != '%' || text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
    i += 2;
  }
  return !text.empty();
}

/// An IPv6 address without a zone.
bool is_address_literal(std::string_view text) {
  return text.find(':') != std::string_view::npos && route::parse_address(text).has_value();
}

}  // namespace

void Deciding::add_connection(std::string_view value) {
  each_element(value, [&](std::string_view element) {
    if (equal_names(element, "keep-alive")) {
      keep_alive = true;
    } else if (equal_names(element, "close")) {
      close = true;
    } else if (equal_names(element, "upgrade")) {
      names_upgrade = true;
    } else {
      names_fields |= !element.empty();
    }
  });
}

bool Deciding::add_length(std::string_view value) {
  if (has_length) {
    repeated_length |= value != length_text;
    return true;
  }
  has_length = true;
  length_text = value;
  return read_length(value, length);
}

void Deciding::add_coding(std::string_view value) {
  repeated_coding |= coding != Coding::kNone;
  coding = read_codings(value);
}

Refusal Deciding::refusal(bool http_1_1) const {
  if (repeated_length) return {400, "Content-Length is repeated"};
  if (coding == Coding::kNone) return {};
  if (has_length) return {400, "both Content-Length and Transfer-Encoding"};
  if (repeated_coding) return {400, "Transfer-Encoding is repeated"};
  if (!http_1_1) return {400, "Transfer-Encoding in HTTP/1.0"};
  if (coding == Coding::kBroken) return {400, "Transfer-Encoding is not a list of codings with chunked at its end"};
  if (coding == Coding::kOther) return {501, "a transfer coding other than chunked"};
  return {};
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_address_literal(text.substr(1, bracket - 1))) return false;
    const std::string_view rest = text.substr(bracket + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const Window window{text.data(), text.data() + text.size()};
  if (!text.empty() && find<NotPlainHost>(window, window.begin) == window.end) return true;
  const size_t colon = std::min(text.find(':'), text.size());
  return is_reg_name(text.substr(0, colon)) && (colon == text.size() || is_port(text.substr(colon + 1)));
}

}  // namespace graylane::http
