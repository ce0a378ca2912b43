// Bodies of HTTP/1 messages, in pieces as they arrive. BodyReader takes the framing off and gives the data; chunk_head() and
// kLastChunk put chunk framing on again, so that nothing of a sender's framing is ever passed on. No copies, but of trailers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/h1_head.h"

namespace graylane::http {

inline constexpr size_t kTrailerBytesMax = 8 * 1024;
inline constexpr size_t kTrailersMax = 128;

/// One body of one connection; one thread. start() makes it ready for the next.
///
///   while (!bytes.empty() && reader.state() == BodyReader::State::kMore) {
///     const auto piece = reader.next(bytes);
///     use(piece.data);
///     bytes.remove_prefix(piece.consumed);
///   }
class BodyReader {
 public:
  enum class State : uint8_t { kMore, kDone, kBad };

  /// A piece of body data, and how many bytes of the input were used up to its end (framing included).
  struct Piece {
    std::string_view data;
    size_t consumed = 0;
  };

  void start(Framing framing, uint64_t content_length);

  /// The next piece in `bytes`, which go on where the last call's `consumed` ended. An empty `data` with state() kMore: more
  /// bytes are needed, and all of `bytes` was consumed. What stands behind the end of the body is not consumed.
  /// kBad, for chunked bodies: a size that is empty, over 16 hex digits, 2^63 or more, signed, 0x or beside blanks; an extension; a line
  /// without CRLF; data that is longer or shorter than its size; trailers that trailers() does not tell of.
  Piece next(std::string_view bytes);

  State state() const { return state_; }
  std::string_view why() const { return why_; }    // with kBad; static text
  uint64_t received() const { return received_; }  // data bytes so far
  /// With kLength: how many are to come. Otherwise 0.
  uint64_t remaining() const { return framing_ == Framing::kLength ? remaining_ : 0; }
  /// How many of the bytes that come next are certain to be data: what may be moved by the kernel instead, and then skip()ped.
  uint64_t data_ahead() const;
  /// `bytes` of data passed by without next() seeing them; at most data_ahead().
  void skip(uint64_t bytes);
  /// The sender closed: kDone for kUntilClose, else kBad unless done.
  void end_of_input();
  /// After kDone: the trailer section as received, each line with its CRLF, without the empty line; checked like a head's
  /// fields. Fields that frame, route or authenticate (Content-Length, Transfer-Encoding, Host, ...) are refused.
  const std::string& trailers() const { return trailers_; }

 private:
  enum class Step : uint8_t { kSize, kSizeEnd, kData, kDataEnd, kDataEndLf, kTrailers };
  Piece read_chunked(std::string_view bytes);
  bool read_framing(char c);
  bool read_size(char c);
  size_t read_trailers(std::string_view bytes);
  void take(uint64_t bytes);
  void fail(std::string_view why);

  Framing framing_ = Framing::kNone;
  State state_ = State::kDone;
  Step step_ = Step::kSize;
  uint8_t digits_ = 0;
  uint64_t remaining_ = 0;
  uint64_t received_ = 0;
  std::string_view why_;
  std::string trailers_;
  HeadEnd trailers_end_;
};

/// "1f4\r\n" for a chunk of that many bytes, at least one; to be followed by the data and kChunkEnd.
struct ChunkHead {
  std::array<char, 20> text;
  uint8_t size = 0;
  std::string_view view() const { return {text.data(), size}; }
};
ChunkHead chunk_head(size_t bytes);
inline constexpr std::string_view kChunkEnd = "\r\n";
/// With trailers: "0\r\n", the trailers, "\r\n".
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace graylane::http
