// How tests give a message to the codec: as a connection would, in pieces.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "http/h1_body.h"
#include "http/h1_head.h"

namespace graylane::http::test {

/// A copy in memory of exactly its size, so that a sanitizer sees every byte that is read beside it.
class Exact {
 public:
  explicit Exact(std::string_view bytes) : bytes_(new char[bytes.size()]), size_(bytes.size()) {
    std::ranges::copy(bytes, bytes_.get());
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

/// What became of a head: the bytes it is made of, or why there is none.
struct Fed {
  HeadEnd::State state = HeadEnd::State::kMore;
  size_t size = 0;
};

/// `next_piece`: how many bytes come next, at least one.
template <class NextPiece>
Fed find_head_in(std::string_view bytes, NextPiece next_piece) {
  HeadEnd end;
  for (size_t seen = 0; seen < bytes.size();) {
    seen += std::min(bytes.size() - seen, next_piece());
    const Exact so_far(bytes.substr(0, seen));
    if (const auto state = end.look(so_far.view()); state != HeadEnd::State::kMore) return {state, end.size()};
  }
  return {};
}

inline Fed find_head(std::string_view bytes, size_t piece) {
  return find_head_in(bytes, [=] { return piece; });
}

/// The status that a client gets; 0: the request is read. `head` views `bytes`.
inline Refusal read_request(std::string_view bytes, size_t piece, RequestHead& head, const HeadLimits& limits = {}) {
  const Fed fed = find_head(bytes, piece);
  if (fed.state == HeadEnd::State::kBad) return {400, "a line does not end with CRLF"};
  if (fed.state == HeadEnd::State::kMore) return {1, "unfinished"};
  return parse_request_head(bytes.substr(0, fed.size), limits, head);
}

inline Refusal read_response(std::string_view bytes, size_t piece, std::string_view method, ResponseHead& head,
                             const HeadLimits& limits = {}) {
  const Fed fed = find_head(bytes, piece);
  if (fed.state == HeadEnd::State::kBad) return {502, "a line does not end with CRLF"};
  if (fed.state == HeadEnd::State::kMore) return {1, "unfinished"};
  return parse_response_head(bytes.substr(0, fed.size), method, limits, head);
}

struct ReadBody {
  std::string data;
  size_t consumed = 0;
  BodyReader::State state = BodyReader::State::kMore;
  std::string why;
  std::string trailers;
};

/// Ends where the reader ends, or with the bytes. `take`: gets each piece of data.
template <class NextPiece, class Take>
ReadBody read_body_in(std::string_view bytes, Framing framing, uint64_t length, NextPiece next_piece, Take take) {
  BodyReader reader;
  reader.start(framing, length);
  ReadBody body;
  while (body.consumed < bytes.size() && reader.state() == BodyReader::State::kMore) {
    const Exact fragment(bytes.substr(body.consumed, next_piece()));
    const BodyReader::Piece read = reader.next(fragment.view());
    take(read.data);
    body.data += read.data;
    body.consumed += read.consumed;
  }
  body.state = reader.state();
  body.why = reader.why();
  if (body.state == BodyReader::State::kDone) body.trailers = reader.trailers();
  return body;
}

inline ReadBody read_body(std::string_view bytes, size_t piece, Framing framing, uint64_t length = 0) {
  return read_body_in(bytes, framing, length, [=] { return piece; }, [](std::string_view) {});
}

}  // namespace graylane::http::test
