#include <algorithm>

#include "http/h1_common.h"
#include "http/h1_fields.h"
#include "http/h1_head.h"
#include "http/h1_scan.h"

namespace graylane::http {
namespace {

constexpr size_t kVersionBytes = 8;  // "HTTP/1.1"

/// Blanks and a version behind the target; `bytes` from there on.
Refusal read_version(std::string_view bytes, bool& http_1_1) {
  const std::string_view version = bytes.substr(0, kVersionBytes);
  http_1_1 = version == "HTTP/1.1";
  const auto is_digit = [&](size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  const bool is_version =
      version.size() == kVersionBytes && version.starts_with("HTTP/") && is_digit(5) && version[6] == '.' && is_digit(7);
  if (!is_version || !bytes.substr(kVersionBytes).starts_with("\r\n"))
    return {400, "the request line does not end with one space, an HTTP version and CRLF"};
  if (!http_1_1 && version != "HTTP/1.0") return {505, "an HTTP version other than 1.0 and 1.1"};
  return {};
}

/// What stands between the "//" of an absolute target and its path.
bool has_absolute_form(std::string_view target) {
  const size_t colon = target.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  if (!equal_names(scheme, "http") && !equal_names(scheme, "https")) return false;
  const std::string_view rest = target.substr(colon + 3);
  return is_host(rest.substr(0, rest.find_first_of("/?#")));
}

Refusal check_target(const RequestHead& head) {
  if (head.method == "CONNECT") return {501, "CONNECT: no tunnels here"};
  if (head.target.front() == '/') return {};
  if (head.target == "*")
    return head.method == "OPTIONS" ? Refusal{} : Refusal{400, "the target \"*\" of a method other than OPTIONS"};
  return has_absolute_form(head.target) ? Refusal{} : Refusal{400, "the target is no path and no http or https URL of a host"};
}

/// `at` becomes where the fields begin.
Refusal read_request_line(std::string_view bytes, const HeadLimits& limits, RequestHead& head, size_t& at) {
  const Window window{bytes.data(), bytes.data() + bytes.size()};
  const char* method = bytes.data() + (bytes.starts_with("\r\n") ? 2 : 0);
  const char* method_end = method;
  while (method_end != window.end && is_char(*method_end, kTokenChar)) ++method_end;
  if (method_end == method || method_end == window.end || *method_end != ' ')
    return {400, "the request line does not begin with a method and one space"};
  const char* target = method_end + 1;
  const char* target_end = find<NotTarget>(window, target);
  head.method = {method, static_cast<size_t>(method_end - method)};
  head.target = {target, static_cast<size_t>(target_end - target)};
  if (head.target.size() > limits.target_bytes_max) return {414, "the target is too long"};
  if (target_end == target) return {400, "the request line has no target, or more than one space before it"};
  if (target_end == window.end || *target_end != ' ')
    return {400, "the target holds a control character, or no version stands behind it"};
  at = static_cast<size_t>(target_end - bytes.data()) + 1;
  if (const Refusal refusal = read_version(bytes.substr(at), head.http_1_1)) return refusal;
  at += kVersionBytes + 2;
  return check_target(head);
}

class RequestFields {
 public:
  explicit RequestFields(RequestHead& head) : head_(head) {}

  Refusal read(std::string_view bytes, size_t at, const HeadLimits& limits);

 private:
  Refusal look_at(const HeaderField& field);
  Refusal add_host(std::string_view value);
  Refusal finish();

  RequestHead& head_;
  Deciding deciding_;
  bool has_host_ = false;
  bool expects_continue_ = false;
  bool expects_other_ = false;
};

Refusal RequestFields::read(std::string_view bytes, size_t at, const HeadLimits& limits) {
  FieldReader reader(bytes.substr(at));
  while (reader.next(head_.fields.emplace_back())) {  // in place: a copy would wait for the stores before it
    if (head_.fields.size() > limits.fields_max) return {431, "too many fields"};
    if (const Refusal refusal = look_at(head_.fields.back())) return refusal;
  }
  head_.fields.pop_back();
  head_.plain_names = reader.plain_names();
  if (!reader.why().empty()) return {400, reader.why()};
  return finish();
}

Refusal RequestFields::look_at(const HeaderField& field) {
  switch (field.name.size()) {
    case 4:
      if (is_name(field.name, "host")) return add_host(field.value);
      break;
    case 6:
      if (is_name(field.name, "expect")) (equal_names(field.value, "100-continue") ? expects_continue_ : expects_other_) = true;
      break;
    case 7:
      if (is_name(field.name, "upgrade") && deciding_.upgrade.empty()) deciding_.upgrade = field.value;
      break;
    case 10:
      if (is_name(field.name, "connection")) deciding_.add_connection(field.value);
      break;
    case 14:
      if (!is_name(field.name, "content-length")) break;
      deciding_.repeated_length |= deciding_.has_length;
      if (!deciding_.add_length(field.value)) return {400, "Content-Length is no number, or too large"};
      break;
    case 17:
      if (is_name(field.name, "transfer-encoding")) deciding_.add_coding(field.value);
      break;
    default: break;
  }
  return {};
}

Refusal RequestFields::add_host(std::string_view value) {
  if (has_host_) return {400, "Host is repeated"};
  has_host_ = true;
  head_.host = value;
  return is_host(value) ? Refusal{} : Refusal{400, "Host is not a host with at most a port"};
}

Refusal RequestFields::finish() {
  if (const Refusal refusal = deciding_.refusal(head_.http_1_1)) return refusal;
  if (!has_host_ && head_.http_1_1) return {400, "Host is missing"};
  if (expects_other_ && head_.http_1_1) return {417, "an expectation other than 100-continue"};
  if (deciding_.coding == Deciding::Coding::kChunked) head_.framing = Framing::kChunked;
  if (deciding_.has_length) head_.framing = Framing::kLength;
  head_.content_length = deciding_.length;
  head_.keep_alive = deciding_.keeps_alive(head_.http_1_1);
  head_.names_fields = deciding_.names_fields;
  head_.expects_continue = expects_continue_ && head_.http_1_1 && head_.framing != Framing::kNone;
  if (deciding_.names_upgrade && head_.http_1_1) head_.upgrade = deciding_.upgrade;
  return {};
}

/// Keeps the vector's capacity.
void clear(RequestHead& head) {
  std::vector<HeaderField> fields = std::move(head.fields);
  fields.clear();
  head = RequestHead{};
  head.fields = std::move(fields);
}

}  // namespace

Refusal refuse_unfinished(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const size_t blank = bytes.find(' ');
  if (blank != std::string_view::npos) {
    const std::string_view target = bytes.substr(blank + 1);
    const auto stops = [](char c) { return is_char(c, kNotTargetChar); };
    const auto end = std::find_if(target.begin(), target.begin() + std::min(target.size(), limits.target_bytes_max + 1), stops);
    if (static_cast<size_t>(end - target.begin()) > limits.target_bytes_max) return {414, "the target is too long"};
  }
  return bytes.size() > limits.bytes_max ? Refusal{431, "the head is too long"} : Refusal{};
}

Refusal parse_request_head(std::string_view bytes, const HeadLimits& limits, RequestHead& head) {
  clear(head);
  size_t at = 0;
  if (const Refusal refusal = read_request_line(bytes, limits, head, at)) return refusal;
  if (bytes.size() > limits.bytes_max) return {431, "the head is too long"};
  return RequestFields(head).read(bytes, at, limits);
}

}  // namespace graylane::http
