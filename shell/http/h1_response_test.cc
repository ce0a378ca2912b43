#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/h1_head.h"
#include "http/test_feed.h"

namespace graylane::http::test {
namespace {

constexpr size_t kWhole = SIZE_MAX / 2;

std::string with(const std::string& lines) { return "HTTP/1.1 200 OK\r\n" + lines + "\r\n"; }

struct Refused {
  std::string name;
  std::string bytes;
};

const std::vector<Refused> kRefusedResponses = {
    {"version 2.0", "HTTP/2.0 200 OK\r\n\r\n"},
    {"version 1.2", "HTTP/1.2 200 OK\r\n\r\n"},
    {"version in lower case", "http/1.1 200 OK\r\n\r\n"},
    {"another protocol", "ICY 200 OK and some more\r\n\r\n"},
    {"no status", "HTTP/1.1\r\n\r\n"},
    {"status of two digits", "HTTP/1.1 99 X\r\n\r\n"},
    {"status of four digits", "HTTP/1.1 2000 X\r\n\r\n"},
    {"status 099", "HTTP/1.1 099 X\r\n\r\n"},
    {"status signed", "HTTP/1.1 +20 X\r\n\r\n"},
    {"status hex", "HTTP/1.1 2a0 X\r\n\r\n"},
    {"status behind two spaces", "HTTP/1.1  200 OK\r\n\r\n"},
    {"status behind a tab", "HTTP/1.1\t200 OK\r\n\r\n"},
    {"reason behind a tab", "HTTP/1.1 200\tOK\r\n\r\n"},
    {"reason with a control", "HTTP/1.1 200 O\x01K\r\n\r\n"},
    {"reason with a bare CR", "HTTP/1.1 200 O\rK\r\n\r\n"},
    {"an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"},
    {"bare LF behind the status line", "HTTP/1.1 200 OK\nX: 1\r\n\r\n"},
    {"bare LFs", "HTTP/1.1 200 OK\n\n"},
    {"bare LF behind a field", with("X: 1\nY: 2\r\n")},
    {"CR before CRLF", with("X: 1\r\r\n")},
    {"folded", with("X: 1\r\n 2\r\n")},
    {"space before the colon", with("X : 1\r\n")},
    {"name empty", with(": 1\r\n")},
    {"value with a control", with("X: \x02\r\n")},
    {"both lengths", with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")},
    {"lengths that differ", with("Content-Length: 3\r\nContent-Length: 4\r\n")},
    {"lengths that differ in writing", with("Content-Length: 3\r\nContent-Length: 03\r\n")},
    {"length listed", with("Content-Length: 3, 3\r\n")},
    {"length signed", with("Content-Length: +3\r\n")},
    {"length empty", with("Content-Length:\r\n")},
    {"length too large", with("Content-Length: 9223372036854775808\r\n")},
    {"coding unknown", with("Transfer-Encoding: gzip\r\n")},
    {"coding before chunked", with("Transfer-Encoding: gzip, chunked\r\n")},
    {"coding repeated", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {"coding broken", with("Transfer-Encoding: chunked;\r\n")},
    {"coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
};

// A backend whose answer can be read in two ways could slip an answer of its own to the next client.
TEST(ResponseHead, RefusesEveryDoubtfulForm) {
  for (const Refused& one : kRefusedResponses) {
    SCOPED_TRACE(one.name);
    for (const std::string method : {"GET", "HEAD"}) {
      for (const size_t piece : {kWhole, size_t{1}, size_t{7}}) {
        ResponseHead head;
        const Refusal refusal = read_response(one.bytes, piece, method, head);
        EXPECT_EQ(refusal.status, 502) << "in pieces of " << piece;
        EXPECT_FALSE(refusal.why.empty());
      }
    }
  }
}

ResponseHead accepted(std::string_view bytes, std::string_view method = "GET") {
  ResponseHead head;
  for (const size_t piece : {size_t{1}, kWhole}) {
    const Refusal refusal = read_response(bytes, piece, method, head);
    EXPECT_EQ(refusal.status, 0) << refusal.why << "\n" << bytes;
  }
  return head;
}

// What is sent on to the client comes from here.
TEST(ResponseHead, GivesTheWholeOfAnOrdinaryResponse) {
  const std::string bytes = "HTTP/1.1 404 Not  Found \xc3\xa4\r\nServer: x\r\nContent-Length: 12\r\n\r\n";
  const ResponseHead head = accepted(bytes);
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.reason, "Not  Found \xc3\xa4");
  EXPECT_EQ(head.fields.size(), 2);
  EXPECT_EQ(head.framing, Framing::kLength);
  EXPECT_EQ(head.content_length, 12);
  EXPECT_TRUE(head.has_length);
  EXPECT_TRUE(head.keep_alive);
}

TEST(ResponseHead, TakesAnEmptyReason) {
  // Programs that leave out the space are common.
  EXPECT_EQ(accepted("HTTP/1.1 200 \r\n\r\n").reason, "");
  EXPECT_EQ(accepted("HTTP/1.1 200\r\n\r\n").status, 200);
  EXPECT_EQ(accepted("HTTP/1.0 999\r\n\r\n").status, 999);
}

TEST(ResponseHead, EndsWithTheConnectionWithoutALength) {
  // Such a connection has no next response.
  EXPECT_EQ(accepted(with("")).framing, Framing::kUntilClose);
  EXPECT_FALSE(accepted(with("Connection: keep-alive\r\n")).keep_alive);
  EXPECT_EQ(accepted(with("Transfer-Encoding: Chunked\r\n")).framing, Framing::kChunked);
  EXPECT_TRUE(accepted(with("Transfer-Encoding: Chunked\r\n")).keep_alive);
}

TEST(ResponseHead, HasNoBodyWhereTheRulesSayNone) {
  // Bytes that were taken for a body would be missing from the next response.
  const std::string lines = "Content-Length: 5\r\n\r\n";
  for (const std::string status : {"100", "101", "103", "199", "204", "304"}) {
    EXPECT_EQ(accepted("HTTP/1.1 " + status + " X\r\n" + lines).framing, Framing::kNone) << status;
    EXPECT_EQ(accepted("HTTP/1.1 " + status + " X\r\n\r\n").framing, Framing::kNone) << status;
    EXPECT_TRUE(accepted("HTTP/1.1 " + status + " X\r\n\r\n").keep_alive) << status;
  }
  const std::string bytes = "HTTP/1.1 200 OK\r\n" + lines;
  const ResponseHead head = accepted(bytes, "HEAD");
  EXPECT_EQ(head.framing, Framing::kNone);
  EXPECT_TRUE(head.has_length);
  EXPECT_EQ(head.content_length, 5);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(accepted(with("Transfer-Encoding: chunked\r\n"), "HEAD").framing, Framing::kNone);
  EXPECT_EQ(accepted(bytes, "head").framing, Framing::kLength) << "methods have case";
}

TEST(ResponseHead, DoesNotReuseAConnectionThatMightCarryABodyAgainstTheRules) {
  // The body of a 204 that has one would be read as the next response.
  EXPECT_FALSE(accepted("HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n").keep_alive);
  EXPECT_FALSE(accepted("HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n").keep_alive);
  EXPECT_TRUE(accepted("HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_TRUE(accepted("HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n").keep_alive);
}

TEST(ResponseHead, TakesIdenticalLengthsForOne) {
  // RFC 9110 8.6 allows it, and there are programs that do so; what goes on has one.
  const std::string bytes = with("Content-Length: 3\r\nX: 1\r\nContent-Length: 3\r\n");
  const ResponseHead head = accepted(bytes);
  EXPECT_EQ(head.content_length, 3);
  EXPECT_EQ(head.fields.size(), 2);
}

TEST(ResponseHead, KnowsWhetherTheConnectionStays) {
  // A connection that is given to the next request although it ends makes that request fail.
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_FALSE(accepted(with(length + "Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(accepted("HTTP/1.0 200 OK\r\n" + length + "\r\n").keep_alive);
  EXPECT_TRUE(accepted("HTTP/1.0 200 OK\r\n" + length + "Connection: keep-alive\r\n\r\n").keep_alive);
}

TEST(ResponseHead, ReadsTheUpgrade) {
  // A WebSocket's 101.
  const std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  EXPECT_EQ(accepted(bytes).upgrade, "websocket");
  EXPECT_EQ(accepted("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n").upgrade, "");
}

TEST(ResponseHead, HoldsItsLimits) {
  // A backend's head must not fill the memory either.
  const HeadLimits limits{.bytes_max = 60, .target_bytes_max = 1, .fields_max = 2};
  ResponseHead head;
  EXPECT_EQ(read_response(with("A: 1\r\nB: 2\r\n"), kWhole, "GET", head, limits).status, 0);
  EXPECT_EQ(read_response(with("A: 1\r\nB: 2\r\nC: 3\r\n"), kWhole, "GET", head, limits).status, 502);
  EXPECT_EQ(read_response(with("A: " + std::string(60, 'x') + "\r\n"), kWhole, "GET", head, limits).status, 502);
}

TEST(ResponseHead, IsRefusedWhenItIsNotWhole) {
  // A caller's mistake must not become a read beyond the bytes.
  const std::string whole = with("Server: x\r\n");
  for (size_t size = 0; size < whole.size(); ++size) {
    ResponseHead head;
    const Exact cut(std::string_view(whole).substr(0, size));
    EXPECT_EQ(parse_response_head(cut.view(), "GET", {}, head).status, 502) << size;
  }
}

}  // namespace
}  // namespace graylane::http::test
