#include "http/h1_body.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/test_feed.h"

namespace graylane::http::test {
namespace {

constexpr size_t kWhole = SIZE_MAX / 2;
using State = BodyReader::State;
using std::string_literals::operator""s;

struct Refused {
  std::string name;
  std::string bytes;
};

std::string with_trailers(const std::string& lines) { return "3\r\nabc\r\n0\r\n" + lines + "\r\n"; }

const std::vector<Refused> kRefusedChunks = {
    {"size empty", "\r\nabc\r\n0\r\n\r\n"},
    {"size empty later", "3\r\nabc\r\n\r\n0\r\n\r\n"},
    {"size of 17 digits", "00000000000000003\r\nabc\r\n0\r\n\r\n"},
    {"size over 64 bits", "10000000000000003\r\nabc\r\n0\r\n\r\n"},
    {"size plus", "+3\r\nabc\r\n0\r\n\r\n"},
    {"size minus", "-3\r\nabc\r\n0\r\n\r\n"},
    {"size 0x", "0x3\r\nabc\r\n0\r\n\r\n"},
    {"size of no hex", "g\r\nabc\r\n0\r\n\r\n"},
    {"size behind a space", " 3\r\nabc\r\n0\r\n\r\n"},
    {"size before a space", "3 \r\nabc\r\n0\r\n\r\n"},
    {"size before a tab", "3\t\r\nabc\r\n0\r\n\r\n"},
    {"size in two parts", "0 3\r\nabc\r\n0\r\n\r\n"},
    {"size with a digit beyond ASCII", "3\xb3\r\nabc\r\n0\r\n\r\n"},
    {"size with NUL", "3\0\r\nabc\r\n0\r\n\r\n"s},
    {"extension", "3;a=b\r\nabc\r\n0\r\n\r\n"},
    {"extension empty", "3;\r\nabc\r\n0\r\n\r\n"},
    {"extension behind a space", "3 ;a\r\nabc\r\n0\r\n\r\n"},
    {"extension of the last chunk", "3\r\nabc\r\n0;a\r\n\r\n"},
    {"bare LF behind the size", "3\nabc\r\n0\r\n\r\n"},
    {"bare CR behind the size", "3\rabc\r\n0\r\n\r\n"},
    {"CR before the size's CRLF", "3\r\r\nabc\r\n0\r\n\r\n"},
    {"bare LF behind the data", "3\r\nabc\n0\r\n\r\n"},
    {"bare CR behind the data", "3\r\nabc\r0\r\n\r\n"},
    {"data longer than its size", "3\r\nabcd\r\n0\r\n\r\n"},
    {"data shorter than its size", "3\r\nab\r\n0\r\n\r\n"},
    {"nothing behind the data", "3\r\nabc0\r\n\r\n"},
    {"bare LF behind the last size", "3\r\nabc\r\n0\n\r\n"},
    {"bare LF as the end", "3\r\nabc\r\n0\r\n\n"},
    {"CR before the end", "3\r\nabc\r\n0\r\n\r\r\n"},
    {"trailer with a bare LF", with_trailers("A: 1\nB: 2\r\n")},
    {"trailer with a bare CR", with_trailers("A: 1\rB: 2\r\n")},
    {"trailer without a colon", with_trailers("A\r\n")},
    {"trailer without a name", with_trailers(": 1\r\n")},
    {"trailer with a space before the colon", with_trailers("A : 1\r\n")},
    {"trailer folded", with_trailers("A: 1\r\n 2\r\n")},
    {"trailer with a control", with_trailers("A: \x01\r\n")},
    {"trailer with NUL", with_trailers("A: \0\r\n"s)},
    {"trailer that begins a request", with_trailers("GET / HTTP/1.1\r\n")},
    {"trailer Content-Length", with_trailers("Content-Length: 3\r\n")},
    {"trailer Transfer-Encoding", with_trailers("transfer-encoding: chunked\r\n")},
    {"trailer Host", with_trailers("A: 1\r\nHOST: a\r\n")},
    {"trailer Connection", with_trailers("Connection: close\r\n")},
    {"trailer Trailer", with_trailers("Trailer: a\r\n")},
    {"trailer Authorization", with_trailers("Authorization: Basic eA==\r\n")},
    {"trailer Cookie", with_trailers("Cookie: a=b\r\n")},
    {"trailer Set-Cookie", with_trailers("Set-Cookie: a=b\r\n")},
    {"trailer X-Forwarded-For", with_trailers("X-Forwarded-For: 192.0.2.1\r\n")},
    {"size of 2^63", "8000000000000000\r\n"},
    {"trailers too long", with_trailers("A: " + std::string(kTrailerBytesMax, 'x') + "\r\n")},
};

/// What stands behind a body must be left for the next request, byte for byte.
const std::string kBehind = "GET / HTTP/1.1\r\n";

std::vector<size_t> pieces_for(const std::string& bytes) {
  return bytes.size() < 1000 ? std::vector<size_t>{kWhole, 1, 2, 3, 7} : std::vector<size_t>{kWhole, 1000};
}

// A chunk line that two programs read differently hides a request.
TEST(ChunkedBody, RefusesEveryDoubtfulForm) {
  for (const Refused& one : kRefusedChunks) {
    SCOPED_TRACE(one.name);
    const ReadBody whole = read_body(one.bytes + kBehind, kWhole, Framing::kChunked);
    for (const size_t piece : pieces_for(one.bytes)) {
      const ReadBody body = read_body(one.bytes + kBehind, piece, Framing::kChunked);
      EXPECT_EQ(body.state, State::kBad) << "in pieces of " << piece;
      EXPECT_FALSE(body.why.empty());
      EXPECT_EQ(body.data, whole.data);
    }
  }
}

void expect_read(const std::string& bytes, const std::string& data, const std::string& trailers = "") {
  for (const size_t piece : pieces_for(bytes)) {
    const ReadBody body = read_body(bytes + kBehind, piece, Framing::kChunked);
    EXPECT_EQ(body.state, State::kDone) << body.why;
    EXPECT_EQ(body.data, data);
    EXPECT_EQ(body.consumed, bytes.size());
    EXPECT_EQ(body.trailers, trailers);
  }
}

TEST(ChunkedBody, IsReadInPiecesOfAnySize) {
  // The network cuts where it likes.
  expect_read("0\r\n\r\n", "");
  expect_read("3\r\nabc\r\n0\r\n\r\n", "abc");
  expect_read("1\r\n\n\r\n2\r\n\r\n\r\nA\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n", "\n\r\n01234567890123456789");
  expect_read("0000000000000003\r\nabc\r\n0000000000000000\r\n\r\n", "abc");
}

TEST(ChunkedBody, GivesItsTrailers) {
  // gRPC-Web and checksums come as trailers.
  expect_read(with_trailers("A: 1\r\nX-Checksum:\t2\r\n"), "abc", "A: 1\r\nX-Checksum:\t2\r\n");
  const std::string longest = "A: " + std::string(kTrailerBytesMax - 5, 'x') + "\r\n";
  expect_read(with_trailers(longest), "abc", longest);
}

TEST(ChunkedBody, HoldsTheNumberOfTrailers) {
  // Each is looked at; there must be an end.
  std::string lines;
  for (size_t i = 0; i < kTrailersMax; ++i) lines += "A: 1\r\n";
  expect_read(with_trailers(lines), "abc", lines);
  EXPECT_EQ(read_body(with_trailers(lines + "A: 1\r\n"), kWhole, Framing::kChunked).state, State::kBad);
}

TEST(ChunkedBody, TakesTheLargestSizeWithoutOverflow) {
  // A size that wraps around to a small number would hide what follows.
  BodyReader reader;
  reader.start(Framing::kChunked, 0);
  const BodyReader::Piece piece = reader.next("7fffffffffffffff\r\nabc");
  EXPECT_EQ(piece.data, "abc");
  EXPECT_EQ(reader.state(), State::kMore);
  EXPECT_EQ(reader.data_ahead(), uint64_t{INT64_MAX} - 3);
  EXPECT_EQ(reader.received(), 3);
}

TEST(Body, OfALengthEndsThere) {
  // The byte behind it is the next request's.
  for (const size_t piece : {kWhole, size_t{1}, size_t{2}}) {
    const ReadBody body = read_body("abcGET", piece, Framing::kLength, 3);
    EXPECT_EQ(body.state, State::kDone);
    EXPECT_EQ(body.data, "abc");
    EXPECT_EQ(body.consumed, 3);
  }
  EXPECT_EQ(read_body("abc", 1, Framing::kLength, 4).state, State::kMore);
}

TEST(Body, OfNothingIsDoneAtOnce) {
  // Nobody should wait for a byte that does not come.
  BodyReader reader;
  EXPECT_EQ(reader.state(), State::kDone);
  for (const Framing framing : {Framing::kNone, Framing::kLength}) {
    reader.start(framing, 0);
    EXPECT_EQ(reader.state(), State::kDone);
    EXPECT_EQ(reader.next("abc").consumed, 0);
  }
}

TEST(Body, UntilCloseEndsWithTheConnection) {
  // An answer of HTTP/1.0 has no other end; one that is cut short must not look whole.
  BodyReader reader;
  reader.start(Framing::kUntilClose, 0);
  EXPECT_EQ(reader.next("abc").data, "abc");
  EXPECT_EQ(reader.state(), State::kMore);
  reader.end_of_input();
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(reader.received(), 3);
}

TEST(Body, ThatIsCutShortIsBad) {
  // A client must not take half of a file for the whole.
  BodyReader reader;
  reader.start(Framing::kLength, 3);
  reader.next("ab");
  EXPECT_EQ(reader.remaining(), 1);
  reader.end_of_input();
  EXPECT_EQ(reader.state(), State::kBad);
  reader.start(Framing::kChunked, 0);
  reader.next("3\r\nabc\r\n0\r\n");
  reader.end_of_input();
  EXPECT_EQ(reader.state(), State::kBad);
  reader.start(Framing::kLength, 2);
  reader.next("ab");
  reader.end_of_input();
  EXPECT_EQ(reader.state(), State::kDone);
}

TEST(Body, CanBeMovedByTheKernelInPart) {
  // Large bodies are spliced; the reader must know where they end all the same.
  BodyReader reader;
  reader.start(Framing::kLength, 10);
  reader.next("abc");
  EXPECT_EQ(reader.data_ahead(), 7);
  reader.skip(6);
  EXPECT_EQ(reader.next("xyz").data, "x");
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(reader.received(), 10);
  reader.start(Framing::kChunked, 0);
  EXPECT_EQ(reader.data_ahead(), 0);
  reader.next("a\r\n0123");
  EXPECT_EQ(reader.data_ahead(), 6);
  reader.skip(6);
  EXPECT_EQ(reader.data_ahead(), 0);
  EXPECT_EQ(reader.next("\r\n0\r\n\r\nGET").consumed, 7);
  EXPECT_EQ(reader.state(), State::kDone);
  EXPECT_EQ(reader.received(), 10);
}

TEST(Body, ForgetsTheOneBefore) {
  // Readers are used again for the next message of a connection.
  BodyReader reader;
  reader.start(Framing::kChunked, 0);
  reader.next("0\r\nA: 1\r\n\r\n");
  EXPECT_EQ(reader.trailers(), "A: 1\r\n");
  reader.start(Framing::kChunked, 0);
  EXPECT_EQ(reader.trailers(), "");
  reader.next("x");
  EXPECT_EQ(reader.state(), State::kBad);
  reader.start(Framing::kChunked, 0);
  EXPECT_EQ(reader.why(), "");
  EXPECT_EQ(reader.next("2\r\nab").data, "ab");
}

TEST(ChunkHead, IsReadBackAsItsSize) {
  // What we frame must be what we mean.
  EXPECT_EQ(chunk_head(1).view(), "1\r\n");
  EXPECT_EQ(chunk_head(15).view(), "f\r\n");
  EXPECT_EQ(chunk_head(16).view(), "10\r\n");
  EXPECT_EQ(chunk_head(0x1f4).view(), "1f4\r\n");
  EXPECT_EQ(chunk_head(SIZE_MAX).view(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace graylane::http::test
