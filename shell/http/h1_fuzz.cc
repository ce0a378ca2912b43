// Any bytes, in fragments of any sizes: the same answer as in one piece; what is accepted has no second reading, and what is
// framed anew is read back as the same.
//
// The first byte says what is read: 'q' requests, 'p' responses, 'r' responses to HEAD. The next eight are the sizes of
// fragments, used in turn. The rest is what a connection delivers.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/h1_body.h"
#include "http/h1_head.h"
#include "http/test_feed.h"

namespace {

using graylane::http::BodyReader;
using graylane::http::Framing;
using graylane::http::HeadEnd;
using graylane::http::HeaderField;
using graylane::http::HeadLimits;
using graylane::http::Refusal;
using graylane::http::RequestHead;
using graylane::http::ResponseHead;
using graylane::http::test::Exact;
using graylane::http::test::Fed;
using graylane::http::test::ReadBody;

constexpr HeadLimits kLimits{.bytes_max = 700, .target_bytes_max = 100, .fields_max = 20};
constexpr size_t kMessagesMax = 8;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The sizes of fragments, 1 to 64, again and again.
class Sizes {
 public:
  explicit Sizes(std::string_view bytes) : bytes_(bytes) {}
  size_t operator()() { return static_cast<uint8_t>(bytes_[at_++ % bytes_.size()]) % 64 + 1; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

size_t whole() { return SIZE_MAX; }

/// The size of the head at the beginning of `bytes`; 0: unfinished or bad.
size_t find_head(std::string_view bytes, std::string_view sizes) {
  const Fed at_once = graylane::http::test::find_head_in(bytes, whole);
  const Fed in_fragments = graylane::http::test::find_head_in(bytes, Sizes(sizes));
  require(at_once.state == in_fragments.state && at_once.size == in_fragments.size && at_once.size <= bytes.size());
  if (at_once.state != HeadEnd::State::kFound) return 0;
  require(bytes.substr(0, at_once.size).ends_with("\r\n\r\n"));
  return at_once.size;
}

bool equal(const HeaderField& a, const HeaderField& b) { return a.name == b.name && a.value == b.value; }

/// Every byte of an accepted head belongs to the one line that it seems to: whoever splits it at LF, at CR or at CRLF sees the
/// same lines, and whoever splits those at the first colon sees the same names.
void check_lines(std::string_view bytes, size_t at, const std::vector<HeaderField>& fields, bool may_leave_out) {
  require(std::ranges::count(bytes, '\r') == std::ranges::count(bytes, '\n'));
  size_t next = 0;
  for (at = bytes.find("\r\n", at) + 2; bytes.substr(at) != "\r\n"; at = bytes.find("\r\n", at) + 2) {
    const std::string_view line = bytes.substr(at, bytes.find("\r\n", at) - at);
    const std::string_view name = line.substr(0, line.find(':'));
    require(line.find_first_of("\r\n") == std::string_view::npos && graylane::http::is_token(name) && name.size() < line.size());
    if (next < fields.size() && fields[next].name == name && line.find(fields[next].value) != std::string_view::npos) {
      ++next;
    } else {
      require(may_leave_out && graylane::http::equal_names(name, "content-length"));
    }
  }
  require(next == fields.size());
}

std::string written(const std::vector<HeaderField>& fields) {
  std::string out;
  for (const HeaderField& field : fields) out.append(field.name).append(":").append(field.value).append("\r\n");
  return out + "\r\n";
}

void check_fields(const std::vector<HeaderField>& a, const std::vector<HeaderField>& b) {
  require(std::ranges::equal(a, b, equal) && a.size() <= kLimits.fields_max);
}

void check_request(std::string_view bytes, const RequestHead& head) {
  check_lines(bytes, bytes.starts_with("\r\n") ? 2 : 0, head.fields, false);
  require(graylane::http::is_token(head.method) && !head.target.empty() && head.target.size() <= kLimits.target_bytes_max);
  require(!head.http_1_1 || !head.host.empty());
  require(head.framing != Framing::kUntilClose);
  for (size_t size = 0; size < bytes.size(); size += 13) require(!refuse_unfinished(bytes.substr(0, size), kLimits));
  const std::string again = std::string(head.method) + " " + std::string(head.target) +
                            (head.http_1_1 ? " HTTP/1.1" : " HTTP/1.0") + "\r\n" + written(head.fields);
  RequestHead copy;
  require(!parse_request_head(again, kLimits, copy));
  check_fields(head.fields, copy.fields);
  require(copy.framing == head.framing && copy.content_length == head.content_length && copy.host == head.host);
  require(copy.keep_alive == head.keep_alive && copy.upgrade == head.upgrade && copy.expects_continue == head.expects_continue);
}

void check_response(std::string_view bytes, std::string_view method, const ResponseHead& head) {
  check_lines(bytes, 0, head.fields, true);
  require(head.status >= 100 && head.status <= 999);
  const std::string again = std::string(head.http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ") + std::to_string(head.status) + " " +
                            std::string(head.reason) + "\r\n" + written(head.fields);
  HeadLimits with_blank = kLimits;
  with_blank.bytes_max += 1;  // a status line may lack the blank before a reason that is empty; `again` has it
  ResponseHead copy;
  require(!parse_response_head(again, method, with_blank, copy));
  check_fields(head.fields, copy.fields);
  require(copy.framing == head.framing && copy.content_length == head.content_length && copy.reason == head.reason);
  require(copy.keep_alive == head.keep_alive && copy.upgrade == head.upgrade);
  require(head.framing != Framing::kUntilClose || !head.keep_alive);
}

/// The body as it goes on to the other side.
void check_framed_anew(const ReadBody& body, std::string bytes) {
  bytes += "0\r\n" + body.trailers + "\r\n";
  const ReadBody again = graylane::http::test::read_body(bytes, SIZE_MAX, Framing::kChunked);
  require(again.state == BodyReader::State::kDone && again.data == body.data && again.trailers == body.trailers);
  require(again.consumed == bytes.size());
}

/// How many bytes the body takes; all that there are when it is unfinished or bad.
size_t check_body(std::string_view bytes, std::string_view sizes, Framing framing, uint64_t length) {
  std::string framed;
  const auto frame = [&](std::string_view data) {
    if (!data.empty())
      framed.append(graylane::http::chunk_head(data.size()).view()).append(data).append(graylane::http::kChunkEnd);
  };
  const ReadBody at_once = graylane::http::test::read_body_in(bytes, framing, length, whole, [](std::string_view) {});
  const ReadBody in_fragments = graylane::http::test::read_body_in(bytes, framing, length, Sizes(sizes), frame);
  require(at_once.state == in_fragments.state && at_once.data == in_fragments.data && at_once.why == in_fragments.why);
  require(at_once.consumed <= bytes.size() && in_fragments.consumed <= bytes.size());
  if (at_once.state != BodyReader::State::kDone) return bytes.size();
  require(at_once.consumed == in_fragments.consumed && at_once.trailers == in_fragments.trailers);
  require(framing != Framing::kLength || at_once.data.size() == length);
  check_framed_anew(in_fragments, framed);
  return at_once.consumed;
}

/// How many bytes the message takes; 0: the connection ends here.
size_t check_one_request(std::string_view bytes, std::string_view sizes) {
  const size_t size = find_head(bytes, sizes);
  if (size == 0) return 0;
  const Exact head_bytes(bytes.substr(0, size));
  RequestHead head;
  if (parse_request_head(head_bytes.view(), kLimits, head)) return 0;
  check_request(head_bytes.view(), head);
  return size + check_body(bytes.substr(size), sizes, head.framing, head.content_length);
}

size_t check_one_response(std::string_view bytes, std::string_view sizes, std::string_view method) {
  const size_t size = find_head(bytes, sizes);
  if (size == 0) return 0;
  const Exact head_bytes(bytes.substr(0, size));
  ResponseHead head;
  if (parse_response_head(head_bytes.view(), method, kLimits, head)) return 0;
  check_response(head_bytes.view(), method, head);
  return size + check_body(bytes.substr(size), sizes, head.framing, head.content_length);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kSizes = 8;
  if (size < 1 + kSizes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view sizes = input.substr(1, kSizes);
  std::string_view bytes = input.substr(1 + kSizes);
  for (size_t i = 0; i < kMessagesMax && !bytes.empty(); ++i) {
    const size_t used =
        input[0] == 'q' ? check_one_request(bytes, sizes) : check_one_response(bytes, sizes, input[0] == 'r' ? "HEAD" : "GET");
    if (used == 0) break;
    bytes.remove_prefix(used);
  }
  return 0;
}
