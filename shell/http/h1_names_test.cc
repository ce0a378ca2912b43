#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <utility>

#include "http/h1_head.h"

namespace graylane::http {
namespace {

TEST(FieldNames, AreComparedWithoutCase) {
  // '@' and '`' differ by the bit that tells cases apart, and are different names all the same.
  EXPECT_TRUE(equal_names("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(equal_names("a@", "a`"));
  EXPECT_FALSE(equal_names("a", "ab"));
  EXPECT_FALSE(equal_names("\xc4", "\xe4"));
}

TEST(FieldNames, AreTokens) {
  // Nothing else may be written into a head as a name.
  EXPECT_TRUE(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const std::string text : {"", "a b", "a:", "a\t", "\"a\"", "a/b", "a\x7f", "a\xe4", "(a)", "a,b"})
    EXPECT_FALSE(is_token(text)) << text;
}

TEST(HopByHop, FieldsStayOnTheirConnection) {
  // RFC 9110 7.6.1. A field that is passed on against it makes the next program misread its connection.
  for (const std::string name : {"Connection", "KEEP-ALIVE", "Proxy-Connection", "te", "Trailer", "Transfer-Encoding", "Upgrade"})
    EXPECT_TRUE(is_hop_by_hop(name)) << name;
  for (const std::string name : {"", "Host", "Content-Length", "Tea", "Trailers", "X-Upgrade"})
    EXPECT_FALSE(is_hop_by_hop(name)) << name;
}

TEST(HopByHop, ConnectionNamesFields) {
  // Whole elements only: "x-foo" is not named by "x-foobar".
  EXPECT_TRUE(names_field("close, X-Foo", "x-foo"));
  EXPECT_TRUE(names_field("\tx-foo ,", "X-FOO"));
  EXPECT_FALSE(names_field("x-foobar", "x-foo"));
  EXPECT_FALSE(names_field("", "x-foo"));
  EXPECT_FALSE(names_field(",", "x"));
}

TEST(PassesOn, LeavesOutWhatBelongsToTheConnection) {
  // What this lets through stands in the head that the backend reads.
  RequestHead head;
  const std::string bytes =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: X-One, x-two\r\nX-One: 1\r\nX-Three: 3\r\nContent-Length: "
      "0\r\n\r\n";
  ASSERT_FALSE(parse_request_head(bytes, {}, head));
  EXPECT_TRUE(head.names_fields);
  EXPECT_TRUE(passes_on(head, "Host"));
  EXPECT_TRUE(passes_on(head, "X-Three"));
  EXPECT_FALSE(passes_on(head, "x-one"));
  EXPECT_FALSE(passes_on(head, "X-Two"));
  EXPECT_FALSE(passes_on(head, "Content-Length"));
  EXPECT_FALSE(passes_on(head, "Connection"));
  ResponseHead response;
  ASSERT_FALSE(parse_response_head("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", "GET", {}, response));
  EXPECT_FALSE(response.names_fields);
  EXPECT_TRUE(passes_on(response, "Keep"));
  EXPECT_FALSE(passes_on(response, "Keep-Alive"));
}

TEST(IsName, ComparesEveryCharacterAndNoCase) {
  // A name of which a part is not looked at would pass what must not, or drop what is the client's.
  const std::string lower = "x-original-forwarded-host-9";
  for (size_t size = 1; size <= lower.size(); ++size) {
    std::string name = lower.substr(0, size);
    EXPECT_TRUE(is_name(name, lower.substr(0, size)));
    EXPECT_FALSE(is_name(name + "a", lower.substr(0, size)));
    for (size_t i = 0; i < size; ++i) {
      name[i] = static_cast<char>(std::toupper(name[i]));
      EXPECT_TRUE(is_name(name, lower.substr(0, size))) << name;
      const char was = std::exchange(name[i], '!');
      EXPECT_FALSE(is_name(name, lower.substr(0, size))) << name;
      name[i] = was;
    }
  }
}

TEST(FramingLine, AnnouncesTheBodyOnce) {
  // The only place where a length is written.
  EXPECT_EQ(framing_line(Framing::kLength, 0).view(), "Content-Length: 0\r\n");
  EXPECT_EQ(framing_line(Framing::kLength, UINT64_MAX).view(), "Content-Length: 18446744073709551615\r\n");
  EXPECT_EQ(framing_line(Framing::kNone, 7).view(), "");
  EXPECT_EQ(framing_line(Framing::kUntilClose, 7).view(), "");
  EXPECT_EQ(framing_line(Framing::kChunked, 7).view(), "Transfer-Encoding: chunked\r\n");
}

}  // namespace
}  // namespace graylane::http
