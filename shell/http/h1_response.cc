#include "http/h1_common.h"
#include "http/h1_fields.h"
#include "http/h1_head.h"
#include "http/h1_scan.h"

namespace graylane::http {
namespace {

constexpr size_t kStatusEnd = 12;  // of "HTTP/1.1 200"
constexpr uint16_t kBadGateway = 502;

/// Empty: not refused. `at` becomes where the fields begin. The space before a reason that is empty may be missing.
std::string_view read_status_line(std::string_view bytes, ResponseHead& head, size_t& at) {
  if (bytes.size() < kStatusEnd + 2) return "no status line";
  head.http_1_1 = bytes.starts_with("HTTP/1.1 ");
  if (!head.http_1_1 && !bytes.starts_with("HTTP/1.0 ")) return "the status line does not begin with HTTP/1.0 or HTTP/1.1";
  unsigned status = 0;
  for (const char c : bytes.substr(9, 3)) {
    if (c < '0' || c > '9') return "the status is not three digits";
    status = status * 10 + static_cast<unsigned>(c - '0');
  }
  if (status < 100) return "the status is below 100";
  head.status = static_cast<uint16_t>(status);
  const char* reason = bytes.data() + kStatusEnd;
  if (*reason != ' ' && *reason != '\r') return "the status is not three digits";
  if (*reason == ' ') ++reason;
  const char* end = find<Controls>({bytes.data(), bytes.data() + bytes.size()}, reason);
  at = static_cast<size_t>(end - bytes.data()) + 2;
  head.reason = {reason, static_cast<size_t>(end - reason)};
  return bytes.substr(at - 2).starts_with("\r\n") ? "" : "the status line holds a control character or does not end with CRLF";
}

class ResponseFields {
 public:
  explicit ResponseFields(ResponseHead& head) : head_(head) {}

  std::string_view read(std::string_view bytes, size_t at, const HeadLimits& limits);
  std::string_view finish(bool of_head_request);

 private:
  /// False: a repetition that is left out.
  bool look_at(const HeaderField& field);
  bool add_length(std::string_view value);
  void frame(bool of_head_request);

  ResponseHead& head_;
  Deciding deciding_;
  bool bad_length_ = false;
};

std::string_view ResponseFields::read(std::string_view bytes, size_t at, const HeadLimits& limits) {
  FieldReader reader(bytes.substr(at));
  while (reader.next(head_.fields.emplace_back())) {  // in place: a copy would wait for the stores before it
    if (head_.fields.size() > limits.fields_max) return "too many fields";
    if (!look_at(head_.fields.back())) head_.fields.pop_back();
  }
  head_.fields.pop_back();
  return reader.why();
}

bool ResponseFields::look_at(const HeaderField& field) {
  switch (field.name.size()) {
    case 7:
      if (is_name(field.name, "upgrade") && deciding_.upgrade.empty()) deciding_.upgrade = field.value;
      break;
    case 10:
      if (is_name(field.name, "connection")) deciding_.add_connection(field.value);
      break;
    case 14:
      if (is_name(field.name, "content-length")) return add_length(field.value);
      break;
    case 17:
      if (is_name(field.name, "transfer-encoding")) deciding_.add_coding(field.value);
      break;
    default: break;
  }
  return true;
}

bool ResponseFields::add_length(std::string_view value) {
  const bool is_first = !deciding_.has_length;
  bad_length_ |= !deciding_.add_length(value);
  return is_first;
}

std::string_view ResponseFields::finish(bool of_head_request) {
  if (bad_length_) return "Content-Length is no number, or too large";
  if (const Refusal refusal = deciding_.refusal(head_.http_1_1)) return refusal.why;
  head_.content_length = deciding_.length;
  head_.has_length = deciding_.has_length;
  head_.keep_alive = deciding_.keeps_alive(head_.http_1_1);
  head_.names_fields = deciding_.names_fields;
  if (deciding_.names_upgrade && head_.http_1_1) head_.upgrade = deciding_.upgrade;
  frame(of_head_request);
  return {};
}

/// A 1xx or 204 that announces a body might send one: its connection is not used again.
void ResponseFields::frame(bool of_head_request) {
  const bool is_chunked = deciding_.coding == Deciding::Coding::kChunked;
  const bool never_has_body = head_.status < 200 || head_.status == 204;
  if (never_has_body && (is_chunked || deciding_.length > 0)) head_.keep_alive = false;
  if (never_has_body || head_.status == 304 || of_head_request) {
    head_.framing = Framing::kNone;
  } else if (is_chunked) {
    head_.framing = Framing::kChunked;
  } else if (deciding_.has_length) {
    head_.framing = Framing::kLength;
  } else {
    head_.framing = Framing::kUntilClose;
    head_.keep_alive = false;
  }
}

/// Keeps the vector's capacity.
void clear(ResponseHead& head) {
  std::vector<HeaderField> fields = std::move(head.fields);
  fields.clear();
  head = ResponseHead{};
  head.fields = std::move(fields);
}

std::string_view why_refused(std::string_view bytes, std::string_view method, const HeadLimits& limits, ResponseHead& head) {
  size_t at = 0;
  if (bytes.size() > limits.bytes_max) return "the head is too long";
  if (const std::string_view why = read_status_line(bytes, head, at); !why.empty()) return why;
  ResponseFields fields(head);
  if (const std::string_view why = fields.read(bytes, at, limits); !why.empty()) return why;
  return fields.finish(method == "HEAD");
}

}  // namespace

Refusal parse_response_head(std::string_view bytes, std::string_view request_method, const HeadLimits& limits,
                            ResponseHead& head) {
  clear(head);
  const std::string_view why = why_refused(bytes, request_method, limits, head);
  return why.empty() ? Refusal{} : Refusal{kBadGateway, why};
}

}  // namespace graylane::http
