// Heads of HTTP/1.0 and 1.1 messages: strict, incremental, without copies. Views into the caller's bytes; the vectors keep
// their capacity, so that a connection that is used again allocates nothing. Any thread; no shared state.
//
// Strictness is a protection: a request that two programs read differently can hide another one. What is refused, and with
// which status, stands at parse_request_head(). Sources: RFC 9110, RFC 9112.
//
// One empty line before a request line is skipped, as RFC 9112 2.2 asks for: HeadEnd counts it to the head and
// parse_request_head() drops it. A second one is refused (400), and so is any before a status line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "route/request.h"

namespace graylane::http {

using route::HeaderField;

struct HeadLimits {
  size_t bytes_max = 32 * 1024;        // request line or status line, fields and the empty line: 431 over it
  size_t target_bytes_max = 8 * 1024;  // 414 over it
  size_t fields_max = 128;             // 431 over it
};

/// How a message's end is known.
enum class Framing : uint8_t {
  kNone,    // no body
  kLength,  // Content-Length
  kChunked,
  kUntilClose,  // responses only
};

/// Finds the end of a head in bytes that arrive in pieces, going on where it stopped.
class HeadEnd {
 public:
  enum class State : uint8_t { kMore, kFound, kBad };
  /// `bytes`: everything received so far from the head's first byte on. kBad: a line does not end with CRLF, a CR stands
  /// alone, or a NUL byte; answered with 400 (of a response: 502). Once kFound or kBad, call reset() before the next head.
  State look(std::string_view bytes);
  size_t size() const { return end_; }  // of the head, empty line included; after kFound
  void reset() { *this = HeadEnd(); }

 private:
  size_t seen_ = 0;
  size_t end_ = 0;
};

/// Why a message is refused; the connection is closed after the answer.
struct Refusal {
  uint16_t status = 0;   // 400, 414, 417, 431, 501, 505; of a response: 502. 0: not refused
  std::string_view why;  // static text
  explicit operator bool() const { return status != 0; }
};

/// What is wrong with the beginning of a request head whose end has not come (HeadEnd: kMore) by its size alone: 414, 431, or
/// nothing yet. The same answer as parse_request_head() would give to the whole.
Refusal refuse_unfinished(std::string_view bytes, const HeadLimits& limits);

struct RequestHead {
  std::string_view method;
  std::string_view target;          // origin form, absolute form (http, https) or "*" (OPTIONS)
  std::string_view host;            // the Host field's value; empty: none, in HTTP/1.0. An absolute target's authority beats it
  std::vector<HeaderField> fields;  // in wire order, all of them; blanks at the ends of values removed
  uint64_t content_length = 0;      // with kLength
  Framing framing = Framing::kNone;
  bool http_1_1 = true;
  bool keep_alive = true;         // what the client asked for, by version and Connection
  bool expects_continue = false;  // Expect: 100-continue, in HTTP/1.1, with a body
  bool names_fields = false;      // Connection names more than close, keep-alive and upgrade: see passes_on()
  bool plain_names = true;        // all names are of letters, digits and '-' only
  std::string_view upgrade;       // the first Upgrade field, when Connection names it, in HTTP/1.1; empty: none
};

/// `bytes` is a whole head, as HeadEnd found it. `head` is whole only when nothing is refused. Refused are
/// 400: both lengths; Content-Length that is repeated or not 1 to 19 digits below 2^63; Transfer-Encoding that is repeated, in
///      HTTP/1.0, no list of tokens, or has chunked anywhere but once at the end; lines without CRLF; folded lines; names that
///      are no tokens, with a blank before the colon or without a colon; controls (TAB apart) and DEL in values; Host that is
///      repeated, missing in HTTP/1.1, or not host[:port]; request lines with other than two single spaces, a method that is
///      no token, or no HTTP version; targets with controls, in authority form, with a scheme other than http and https,
///      with userinfo, or "*" without OPTIONS. Bytes from 0x80 on and characters that RFC 3986 wants escaped pass, as in nginx.
/// 414, 431: over `limits`. 417: an Expect other than 100-continue, in HTTP/1.1. 501: CONNECT; a transfer coding other than
/// chunked. 505: an HTTP version other than 1.0 and 1.1.
Refusal parse_request_head(std::string_view bytes, const HeadLimits& limits, RequestHead& head);

struct ResponseHead {
  uint16_t status = 0;  // 100 to 999
  std::string_view reason;
  std::vector<HeaderField> fields;  // as a request's; an identical Content-Length that is repeated stands once
  uint64_t content_length = 0;
  Framing framing = Framing::kUntilClose;
  bool http_1_1 = true;
  bool keep_alive = true;  // the connection can be used again once the body has ended
  bool names_fields = false;
  bool has_length = false;  // content_length was there; of HEAD and 304 it tells what is not sent
  std::string_view upgrade;
};

/// `request_method`: HEAD has no body whatever the head says; CONNECT never comes here. 1xx, 204 and 304 have none either.
/// Refused, with 502: what parse_request_head() refuses of lines, fields and framing, but identical repeated Content-Lengths.
Refusal parse_response_head(std::string_view bytes, std::string_view request_method, const HeadLimits& limits,
                            ResponseHead& head);

/// Fields that belong to one connection and are not passed on: Connection and what it names, Keep-Alive, Proxy-Connection,
/// TE, Trailer, Transfer-Encoding, Upgrade. `connection` is the value of one Connection field, or empty.
bool is_hop_by_hop(std::string_view name);
bool names_field(std::string_view connection, std::string_view name);

/// Whether a field of the head goes on to the other side: it is not hop-by-hop, no Connection field names it, and it is not
/// Content-Length, which framing_line() writes anew.
bool passes_on(const RequestHead& head, std::string_view name);
bool passes_on(const ResponseHead& head, std::string_view name);

/// The field line that announces a body, with its CRLF: "Content-Length: 5", "Transfer-Encoding: chunked", or nothing.
struct FramingLine {
  std::array<char, 40> text;
  uint8_t size = 0;
  std::string_view view() const { return {text.data(), size}; }
};
FramingLine framing_line(Framing framing, uint64_t content_length);

/// RFC 9110 token.
bool is_token(std::string_view text);
/// The same for a `name` that is a token, and one in lower case of letters, digits and '-': setting the bit that tells cases apart
/// maps no other token character to one of those.
inline bool is_name(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size() || (name[0] | 0x20) != lower[0]) return false;
  constexpr size_t kWord = sizeof(uint64_t);
  const auto differ = [&](size_t at) {
    uint64_t a = 0;
    uint64_t b = 0;
    std::memcpy(&a, name.data() + at, kWord);
    std::memcpy(&b, lower.data() + at, kWord);
    return (a | 0x2020202020202020) ^ b;
  };
  uint64_t all = 0;
  if (lower.size() < kWord) {
    for (size_t i = 0; i < lower.size(); ++i) all |= static_cast<uint64_t>((name[i] | 0x20) ^ lower[i]);
    return all == 0;
  }
  for (size_t at = 0; at + kWord < lower.size(); at += kWord) all |= differ(at);
  return (all | differ(lower.size() - kWord)) == 0;
}
/// Without case; ASCII.
bool equal_names(std::string_view a, std::string_view b);

}  // namespace graylane::http
