#include "httpd/response_text.h"

#include <algorithm>
#include <string_view>

namespace graylane::httpd {

namespace {

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
  if (!http::is_token(name) || std::ranges::any_of(value, is_control)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_have_body(const AnswerForm& form, uint16_t status) { return !form.head_only && status != 204 && status != 304; }

void append_head(std::string& out, const Response& response, const AnswerForm& form, http::Framing framing) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason_of(response.status)).append("\r\n");
  if (!response.content_type.empty()) append_header(out, "Content-Type", response.content_type);
  for (const Header& header : response.headers) append_header(out, header.name, header.value);
  if (response.status != 204 && response.status != 304) out += http::framing_line(framing, response.body.size()).view();
  if (!form.keep_alive) append_header(out, "Connection", "close");
  else if (!form.http_1_1) append_header(out, "Connection", "keep-alive");
  out += "\r\n";
}

}  // namespace graylane::httpd
