#include "httpd/message.h"

#include <algorithm>
#include <array>

#include "http/h1_head.h"

namespace graylane::httpd {

namespace {

struct Reason {
  uint16_t status;
  std::string_view text;
};
constexpr std::array kReasons = {
    Reason{100, "Continue"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

const std::string* Request::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const Header& header) { return http::equal_names(header.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

size_t Request::header_count(std::string_view name) const {
  const auto is_it = [&](const Header& header) { return http::equal_names(header.name, name); };
  return static_cast<size_t>(std::ranges::count_if(headers, is_it));
}

const std::string* Request::query_value(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &QueryItem::name);
  return found == query.end() ? nullptr : &found->value;
}

Response text_response(uint16_t status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  response.body += '\n';
  return response;
}

std::string_view reason_of(uint16_t status) {
  const auto found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? "Unknown" : found->text;
}

std::optional<std::string> decode_percent(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::optional<std::vector<QueryItem>> parse_query(std::string_view query) {
  std::vector<QueryItem> items;
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(item.size() + 1, query.size()));
    if (item.empty()) continue;
    const size_t equals = item.find('=');
    auto name = decode_percent(item.substr(0, equals), true);
    auto value = decode_percent(equals == item.npos ? std::string_view() : item.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    items.push_back({std::move(*name), std::move(*value)});
  }
  return items;
}

}  // namespace graylane::httpd
