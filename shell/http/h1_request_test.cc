#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/h1_head.h"
#include "http/test_feed.h"

namespace graylane::http::test {
namespace {

using std::string_literals::operator""s;

constexpr size_t kWhole = SIZE_MAX / 2;

struct Refused {
  std::string name;
  uint16_t status;
  std::string bytes;
};

/// A request with these field lines behind Host.
std::string with(const std::string& lines) { return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n"; }
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }
std::string of_host(const std::string& host) { return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"; }

const std::vector<Refused> kRefusedLengths = {
    {"both lengths", 400, with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")},
    {"both lengths, coding first", 400, with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")},
    {"both lengths, coding unknown", 400, with("Transfer-Encoding: x\r\nContent-Length: 3\r\n")},
    {"length repeated", 400, with("Content-Length: 3\r\nContent-Length: 4\r\n")},
    {"length repeated, same", 400, with("Content-Length: 3\r\nContent-Length: 3\r\n")},
    {"length repeated, other case", 400, with("Content-Length: 3\r\ncontent-length: 3\r\n")},
    {"length listed", 400, with("Content-Length: 3, 3\r\n")},
    {"length plus", 400, with("Content-Length: +3\r\n")},
    {"length minus", 400, with("Content-Length: -3\r\n")},
    {"length hex", 400, with("Content-Length: 0x3\r\n")},
    {"length hex digit", 400, with("Content-Length: a\r\n")},
    {"length empty", 400, with("Content-Length:\r\n")},
    {"length blank", 400, with("Content-Length:  \r\n")},
    {"length with a blank inside", 400, with("Content-Length: 3 3\r\n")},
    {"length with a fraction", 400, with("Content-Length: 3.0\r\n")},
    {"length 2^63", 400, with("Content-Length: 9223372036854775808\r\n")},
    {"length 2^64", 400, with("Content-Length: 18446744073709551616\r\n")},
    {"length 2^64 + 3", 400, with("Content-Length: 18446744073709551619\r\n")},
    {"length of 20 digits", 400, with("Content-Length: 00000000000000000003\r\n")},
    {"length with a digit beyond ASCII", 400, with("Content-Length: \xb3\r\n")},
};

const std::vector<Refused> kRefusedCodings = {
    {"coding unknown", 501, with("Transfer-Encoding: gzip\r\n")},
    {"coding identity", 501, with("Transfer-Encoding: identity\r\n")},
    {"coding xchunked", 501, with("Transfer-Encoding: xchunked\r\n")},
    {"coding before chunked", 501, with("Transfer-Encoding: gzip, chunked\r\n")},
    {"coding behind chunked", 400, with("Transfer-Encoding: chunked, gzip\r\n")},
    {"chunked twice in a list", 400, with("Transfer-Encoding: chunked, chunked\r\n")},
    {"chunked with an empty element", 400, with("Transfer-Encoding: chunked,\r\n")},
    {"chunked behind an empty element", 400, with("Transfer-Encoding: ,chunked\r\n")},
    {"chunked with a parameter", 400, with("Transfer-Encoding: chunked;q=1\r\n")},
    {"chunked in quotes", 400, with("Transfer-Encoding: \"chunked\"\r\n")},
    {"chunked with a blank inside", 400, with("Transfer-Encoding: chun ked\r\n")},
    {"coding empty", 400, with("Transfer-Encoding:\r\n")},
    {"coding repeated", 400, with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
    {"coding repeated, another", 400, with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")},
    {"coding in HTTP/1.0", 400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"coding behind a vertical tab", 400,
     with("Transfer-Encoding: \x0b"
          "chunked\r\n")},
    {"coding beyond ASCII", 400, with("Transfer-Encoding: chunked\xff\r\n")},
};

const std::vector<Refused> kRefusedLines = {
    {"bare LF behind the request line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
    {"bare LF behind a field", 400, with("X: 1\nY: 2\r\n")},
    {"bare LF as the empty line", 400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
    {"bare LFs only", 400, "GET / HTTP/1.1\nHost: a\n\n"},
    {"bare CR behind the request line", 400, "GET / HTTP/1.1\rHost: a\r\n\r\n"},
    {"bare CR in a value", 400, with("X: 1\rY: 2\r\n")},
    {"bare CR in a name", 400, with("X\rY: 2\r\n")},
    {"CR before CRLF", 400, with("X: 1\r\r\n")},
    {"CR before the request line's CRLF", 400, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
    {"CR before the empty line", 400, "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n"},
    {"folded by a space", 400, with("X: 1\r\n 2\r\n")},
    {"folded by a tab", 400, with("X: 1\r\n\t2\r\n")},
    {"folded behind the request line", 400, "GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n"},
    {"folded Content-Length", 400, with("Content-Length:\r\n 3\r\n")},
    {"space before the colon", 400, with("X : 1\r\n")},
    {"tab before the colon", 400, with("X\t: 1\r\n")},
    {"space before Content-Length's colon", 400, with("Content-Length : 3\r\n")},
    {"name empty", 400, with(": 1\r\n")},
    {"no colon", 400, with("X\r\n")},
    {"name with a space", 400, with("X Y: 1\r\n")},
    {"name in parentheses", 400, with("(X): 1\r\n")},
    {"name with a slash", 400, with("X/Y: 1\r\n")},
    {"name with an at sign", 400, with("X@Y: 1\r\n")},
    {"name with a bracket", 400, with("X[Y: 1\r\n")},
    {"name with a brace", 400, with("X{Y: 1\r\n")},
    {"name beyond ASCII", 400, with("X\xe9: 1\r\n")},
    {"name with a control", 400, with("X\x01: 1\r\n")},
    {"name with DEL", 400, with("X\x7f: 1\r\n")},
    {"name with NUL", 400, with("X\0: 1\r\n"s)},
    {"value with NUL", 400, with("X: 1\0\r\n"s)},
    {"value with a vertical tab", 400, with("X: 1\x0b\r\n")},
    {"value with a form feed", 400, with("X: \x0c\r\n")},
    {"value with ESC", 400, with("X: 1\x1b[0m and so on\r\n")},
    {"value with 0x1f", 400, with("X: 1\x1f\r\n")},
    {"value with DEL", 400, with("X: 1\x7f\r\n")},
};

const std::vector<Refused> kRefusedHosts = {
    {"host missing", 400, "GET / HTTP/1.1\r\nX: 1\r\n\r\n"},
    {"no fields", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"host missing with an absolute target", 400, "GET http://a/ HTTP/1.1\r\nX: 1\r\n\r\n"},
    {"host repeated", 400, with("Host: b\r\n")},
    {"host repeated, same", 400, with("hOST: a\r\n")},
    {"host repeated in HTTP/1.0", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"host empty", 400, of_host("")},
    {"host with a port only", 400, of_host(":80")},
    {"host with a space", 400, of_host("a b")},
    {"host with a tab", 400, of_host("a\tb")},
    {"host with a slash", 400, of_host("a/b")},
    {"host with a comma", 400, of_host("plain.test,other.test")},
    {"host with a query", 400, of_host("a?b")},
    {"host with a fragment", 400, of_host("a#b")},
    {"host with a backslash", 400, of_host("a\\b")},
    {"host with userinfo", 400, of_host("u@a")},
    {"host with a quote", 400, of_host("a\"b")},
    {"host with a broken escape", 400, of_host("a%4")},
    {"host with an escape of no hex", 400, of_host("a%4gb")},
    {"host beyond ASCII", 400, of_host("\xc3\xa4.example")},
    {"host with two ports", 400, of_host("a:80:80")},
    {"host with a port of letters", 400, of_host("a:http")},
    {"host with a signed port", 400, of_host("a:+80")},
    {"host with port 65536", 400, of_host("a:65536")},
    {"host with a port of six digits", 400, of_host("a:000080")},
    {"host as a bare IPv6 address", 400, of_host("2001:db8::1")},
    {"host as an unclosed literal", 400, of_host("[2001:db8::1")},
    {"host as an empty literal", 400, of_host("[]")},
    {"host as an IPv4 literal in brackets", 400, of_host("[192.0.2.1]")},
    {"host as a literal with a zone", 400, of_host("[fe80::1%25eth0]")},
    {"host as a literal and more", 400, of_host("[::1]x")},
    {"host as a literal of a later version", 400, of_host("[v1.a:b]")},
};

const std::vector<Refused> kRefusedRequestLines = {
    {"version 0.9", 505, line("GET / HTTP/0.9")},
    {"version 1.2", 505, line("GET / HTTP/1.2")},
    {"version 2.0", 505, line("GET / HTTP/2.0")},
    {"version of the HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"version in lower case", 400, line("GET / http/1.1")},
    {"version in mixed case", 400, line("GET / HTTp/1.1")},
    {"version missing", 400, line("GET /")},
    {"version missing behind a space", 400, line("GET / ")},
    {"version without minor", 400, line("GET / HTTP/1")},
    {"version of two digits", 400, line("GET / HTTP/1.10")},
    {"version of two digits before the point", 400, line("GET / HTTP/11.1")},
    {"version with a comma", 400, line("GET / HTTP/1,1")},
    {"version of another protocol", 400, line("GET / HTTPS/1.1")},
    {"version signed", 400, line("GET / HTTP/+1.1")},
    {"space behind the version", 400, line("GET / HTTP/1.1 ")},
    {"two spaces before the target", 400, line("GET  / HTTP/1.1")},
    {"two spaces behind the target", 400, line("GET /  HTTP/1.1")},
    {"tab before the target", 400, line("GET\t/ HTTP/1.1")},
    {"tab behind the target", 400, line("GET /\tHTTP/1.1")},
    {"space in the target", 400, line("GET /a b HTTP/1.1")},
    {"space before the method", 400, line(" GET / HTTP/1.1")},
    {"method missing", 400, line("/ HTTP/1.1")},
    {"method of no token", 400, line("GE(T / HTTP/1.1")},
    {"method beyond ASCII", 400, line("G\xc9T / HTTP/1.1")},
    {"target missing", 400, line("GET HTTP/1.1")},
    {"two empty lines first", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an empty line of LF first", 400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"an empty head", 400, "\r\n\r\n"},
    {"a TLS greeting", 400, "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"s},
};

const std::vector<Refused> kRefusedTargets = {
    {"CONNECT", 501, line("CONNECT a:443 HTTP/1.1")},
    {"CONNECT with a path", 501, line("CONNECT / HTTP/1.1")},
    {"authority form", 400, line("GET a:443 HTTP/1.1")},
    {"relative path", 400, line("GET a/b HTTP/1.1")},
    {"query only", 400, line("GET ?a HTTP/1.1")},
    {"asterisk with GET", 400, line("GET * HTTP/1.1")},
    {"asterisk and more", 400, line("OPTIONS */ HTTP/1.1")},
    {"ftp", 400, line("GET ftp://a/ HTTP/1.1")},
    {"ws", 400, line("GET ws://a/ HTTP/1.1")},
    {"https with one slash", 400, line("GET https:/a HTTP/1.1")},
    {"absolute without a host", 400, line("GET http:///a HTTP/1.1")},
    {"absolute with a port only", 400, line("GET http://:80/ HTTP/1.1")},
    {"absolute with userinfo", 400, line("GET http://u:p@a/ HTTP/1.1")},
    {"absolute with a bad port", 400, line("GET http://a:b/ HTTP/1.1")},
    {"absolute with a backslash", 400, line("GET http://a\\b/ HTTP/1.1")},
    {"target with NUL", 400, line("GET /\0 HTTP/1.1"s)},
    {"target with a control", 400, line("GET /\x01 HTTP/1.1")},
    {"target with DEL", 400, line("GET /\x7f HTTP/1.1")},
    {"target with a CR", 400, line("GET /\r HTTP/1.1")},
};

const std::vector<Refused> kRefusedOtherwise = {
    {"another expectation", 417, with("Expect: 200-ok\r\n")},
    {"100-continue and another expectation", 417, with("Expect: 100-continue\r\nExpect: x\r\n")},
    {"an empty expectation", 417, with("Expect:\r\n")},
};

void expect_refused(const std::vector<Refused>& cases) {
  for (const Refused& one : cases) {
    SCOPED_TRACE(one.name);
    RequestHead head;
    for (const size_t piece : {kWhole, size_t{1}, size_t{7}}) {
      const Refusal refusal = read_request(one.bytes, piece, head);
      EXPECT_EQ(refusal.status, one.status) << "in pieces of " << piece << ": " << refusal.why;
      EXPECT_FALSE(refusal.why.empty());
    }
    // The same where a long head has 64 and more bytes before the place, so that it is read in wide steps.
    if (const size_t end = one.bytes.find("\r\nHost: a\r\n"); end != std::string::npos) {
      std::string longer = one.bytes;
      longer.insert(end + 2, "X-Padding: " + std::string(100, 'x') + "\r\n");
      EXPECT_EQ(read_request(longer, kWhole, head).status, one.status) << longer;
    }
  }
}

// Two programs that find another end of a body see another next request: this is how requests are hidden.
TEST(RequestHead, RefusesEveryDoubtfulContentLength) { expect_refused(kRefusedLengths); }
TEST(RequestHead, RefusesEveryTransferCodingButChunked) { expect_refused(kRefusedCodings); }

// Who takes a bare LF for a line's end sees fields that others do not see.
TEST(RequestHead, RefusesLinesThatAreNotPlainFields) { expect_refused(kRefusedLines); }

// Routing goes by the host: two readings of it are two routes.
TEST(RequestHead, RefusesHostsThatAreNone) { expect_refused(kRefusedHosts); }

// A request line that is split at other places is another request.
TEST(RequestHead, RefusesRequestLinesThatAreNotExact) { expect_refused(kRefusedRequestLines); }
TEST(RequestHead, RefusesTargetsThatRouteNowhere) { expect_refused(kRefusedTargets); }

// RFC 9110 10.1.1: a client that waits for what we cannot give must hear of it.
TEST(RequestHead, RefusesExpectationsItCannotMeet) { expect_refused(kRefusedOtherwise); }

// A long name or value is where a scanner that takes many bytes at a time could miss one.
TEST(RequestHead, RefusesAControlAtAnyPlace) {
  for (size_t place = 0; place < 80; ++place) {
    for (const char bad : {'\x01', '\x1f', '\x7f', '\0'}) {
      RequestHead head;
      std::string value(80, 'v');
      value[place] = bad;
      EXPECT_EQ(read_request(with("X: " + value + "\r\n"), kWhole, head).status, 400) << place;
      EXPECT_EQ(read_request(with(value + ": 1\r\n"), kWhole, head).status, 400) << place;
      EXPECT_EQ(read_request(line("GET /" + value + " HTTP/1.1"), kWhole, head).status, 400) << place;
    }
  }
}

RequestHead accepted(std::string_view bytes) {
  RequestHead head;
  for (const size_t piece : {size_t{1}, size_t{5}, kWhole}) {
    const Refusal refusal = read_request(bytes, piece, head);
    EXPECT_EQ(refusal.status, 0) << refusal.why << "\n" << bytes;
  }
  return head;
}

// Everything that routing and forwarding go by comes from here.
TEST(RequestHead, GivesTheWholeOfAnOrdinaryRequest) {
  const std::string bytes =
      "GET /a?b=c HTTP/1.1\r\nHost: app.example:8080\r\nAccept: */*\r\nX_Y.z: \t one  two\t \r\nEmpty:\r\nUtf: "
      "\xc3\xa4\tb\r\n\r\n";
  const RequestHead head = accepted(bytes);
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a?b=c");
  EXPECT_EQ(head.host, "app.example:8080");
  EXPECT_TRUE(head.http_1_1);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.framing, Framing::kNone);
  ASSERT_EQ(head.fields.size(), 5);
  EXPECT_EQ(head.fields[2].name, "X_Y.z");
  EXPECT_EQ(head.fields[2].value, "one  two");
  EXPECT_EQ(head.fields[3].value, "");
  EXPECT_EQ(head.fields[4].value, "\xc3\xa4\tb");
}

// RFC 9112 2.2: some clients send an empty line behind a body. It must not become part of anything.
TEST(RequestHead, SkipsOneEmptyLineBeforeTheRequest) {
  const std::string bytes = "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y";
  EXPECT_EQ(accepted(bytes).target, "/x");
  EXPECT_EQ(find_head(bytes, 1).size, bytes.size() - 6);
  EXPECT_EQ(find_head("\r\n", 1).state, HeadEnd::State::kMore);
}

TEST(RequestHead, ReadsTheFraming) {
  // Without a length there is no body, whatever the method.
  EXPECT_EQ(accepted(with("")).framing, Framing::kNone);
  const std::string length_bytes = with("content-LENGTH: 9223372036854775807 \r\n");
  EXPECT_EQ(accepted(length_bytes).framing, Framing::kLength);
  EXPECT_EQ(accepted(length_bytes).content_length, 9223372036854775807U);
  EXPECT_EQ(accepted(with("Content-Length: 0\r\n")).framing, Framing::kLength);
  EXPECT_EQ(accepted(with("Content-Length: 0012\r\n")).content_length, 12);
  EXPECT_EQ(accepted(with("Transfer-Encoding: chunked\r\n")).framing, Framing::kChunked);
  EXPECT_EQ(accepted(with("TRANSFER-encoding: CHUNKED\t\r\n")).framing, Framing::kChunked);
  // Another field's name, whatever a backend makes of it: routing decides about underscores.
  EXPECT_EQ(accepted(with("Content_Length: 3\r\n")).framing, Framing::kNone);
}

TEST(RequestHead, TakesHostsOfEveryKind) {
  // A refused host is an outage for its users.
  for (const std::string host : {"a", "a.example", "A.Example.", "a:80", "a:", "a:65535", "192.0.2.1", "192.0.2.1:8080", "[::1]",
                                 "[2001:db8::1]:80", "[::ffff:192.0.2.1]", "a_b-c~d", "%41", "xn--bcher-kva.example"}) {
    EXPECT_EQ(accepted(of_host(host)).host, host);
  }
  EXPECT_EQ(accepted("GET / HTTP/1.0\r\n\r\n").host, "");
}

TEST(RequestHead, TakesTargetsOfEveryKind) {
  // nginx passes these, and there are clients that send them.
  for (const std::string target : {"/", "//", "/a%20b", "/%zz", "/a#b", "/\xc3\xa4", "/\"<>\\^`{|}", "/?a=b?c", "http://a",
                                   "http://a/b", "HTTPS://A:443?x", "http://[::1]:80/", "/http://b/"}) {
    EXPECT_EQ(accepted(line("GET " + target + " HTTP/1.1")).target, target);
  }
  EXPECT_EQ(accepted(line("OPTIONS * HTTP/1.1")).target, "*");
  EXPECT_EQ(accepted(line("M-SEARCH!#$%&'*+-.^_`|~ / HTTP/1.1")).method, "M-SEARCH!#$%&'*+-.^_`|~");
}

TEST(RequestHead, KnowsWhetherTheConnectionStays) {
  // A connection that is kept although the client waits for its end hangs that client.
  const auto keeps = [](const std::string& version, const std::string& lines) {
    return accepted("GET / " + version + "\r\nHost: a\r\n" + lines + "\r\n").keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_TRUE(keeps("HTTP/1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: x,, CLOSE ,y\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(keeps("HTTP/1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

TEST(RequestHead, ReadsUpgradeOnlyWhereConnectionNamesIt) {
  // RFC 9110 7.8; a field that is not named was not meant for us, and HTTP/1.0 cannot upgrade.
  EXPECT_EQ(accepted(with("Connection: Upgrade\r\nUpgrade: websocket\r\n")).upgrade, "websocket");
  EXPECT_EQ(accepted(with("Upgrade: a\r\nUpgrade: b\r\nConnection: keep-alive, upgrade\r\n")).upgrade, "a");
  EXPECT_EQ(accepted(with("Upgrade: websocket\r\n")).upgrade, "");
  EXPECT_EQ(accepted(with("Connection: upgrade\r\n")).upgrade, "");
  EXPECT_EQ(accepted("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n").upgrade, "");
}

TEST(RequestHead, ReadsExpectationsOfBodies) {
  // A client that waits for 100 sends its body late or never when nobody tells it to go on.
  EXPECT_TRUE(accepted(with("Expect: 100-Continue\r\nContent-Length: 3\r\n")).expects_continue);
  EXPECT_FALSE(accepted(with("Expect: 100-continue\r\n")).expects_continue);
  EXPECT_FALSE(accepted("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n").expects_continue);
  EXPECT_FALSE(accepted("POST / HTTP/1.0\r\nExpect: miracles\r\n\r\n").expects_continue);
}

TEST(RequestHead, HoldsItsLimits) {
  // Memory for a request must have an end, and the client should learn which end it met.
  HeadLimits limits{.bytes_max = 200, .target_bytes_max = 20, .fields_max = 3};
  RequestHead head;
  const auto status = [&](const std::string& bytes) { return read_request(bytes, kWhole, head, limits).status; };
  EXPECT_EQ(status(line("GET /" + std::string(19, 'a') + " HTTP/1.1")), 0);
  EXPECT_EQ(status(line("GET /" + std::string(20, 'a') + " HTTP/1.1")), 414);
  EXPECT_EQ(status(line("GET /" + std::string(300, 'a') + " HTTP/1.1")), 414);
  EXPECT_EQ(status(with("A: 1\r\nB: 2\r\n")), 0);
  EXPECT_EQ(status(with("A: 1\r\nB: 2\r\nC: 3\r\n")), 431);
  const size_t around = with("A: \r\n").size();
  EXPECT_EQ(status(with("A: " + std::string(200 - around, 'x') + "\r\n")), 0);
  EXPECT_EQ(status(with("A: " + std::string(201 - around, 'x') + "\r\n")), 431);
}

TEST(RequestHead, RefusesWhatIsTooLongBeforeItEnds) {
  // Who never ends a line must not fill the memory, and gets the same answer as if it had ended.
  const HeadLimits limits{.bytes_max = 100, .target_bytes_max = 20, .fields_max = 3};
  EXPECT_EQ(refuse_unfinished("GET /" + std::string(19, 'a'), limits).status, 0);
  EXPECT_EQ(refuse_unfinished("GET /" + std::string(20, 'a'), limits).status, 414);
  EXPECT_EQ(refuse_unfinished("\r\nGET /" + std::string(20, 'a'), limits).status, 414);
  EXPECT_EQ(refuse_unfinished("GET / HTTP/1.1\r\nHost: " + std::string(90, 'a'), limits).status, 431);
  EXPECT_EQ(refuse_unfinished(std::string(100, 'G'), limits).status, 0);
  EXPECT_EQ(refuse_unfinished(std::string(101, 'G'), limits).status, 431);
}

TEST(RequestHead, ForgetsTheRequestBefore) {
  // Heads are used again for the next request of a connection: nothing may leak from one to the other.
  RequestHead head;
  const HeadLimits limits;
  const std::string first = with("Connection: close, x, upgrade\r\nUpgrade: y\r\nExpect: 100-continue\r\nContent-Length: 3\r\n");
  ASSERT_FALSE(parse_request_head(first, limits, head));
  const HeaderField* memory = head.fields.data();
  ASSERT_FALSE(parse_request_head("GET / HTTP/1.1\r\nHost: b\r\n\r\n", limits, head));
  EXPECT_EQ(head.fields.size(), 1);
  EXPECT_EQ(head.fields.data(), memory);
  EXPECT_EQ(head.framing, Framing::kNone);
  EXPECT_EQ(head.content_length, 0);
  EXPECT_EQ(head.upgrade, "");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.expects_continue);
  EXPECT_FALSE(head.names_fields);
}

TEST(RequestHead, ReadsOnlyItsOwnBytes) {
  // Pipelined requests stand in one piece of memory.
  const std::string first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = first + "GET /2 HTTP/1.1\n\n";
  EXPECT_EQ(find_head(bytes, kWhole).state, HeadEnd::State::kFound);
  EXPECT_EQ(find_head(bytes, kWhole).size, first.size());
  EXPECT_EQ(find_head(bytes, 1).size, first.size());
}

TEST(RequestHead, IsRefusedWhenItIsNotWhole) {
  // A caller's mistake must not become a read beyond the bytes.
  const std::string whole = with("Accept: x\r\n");
  for (size_t size = 0; size < whole.size(); ++size) {
    RequestHead head;
    const Exact cut(std::string_view(whole).substr(0, size));
    EXPECT_EQ(parse_request_head(cut.view(), {}, head).status, 400) << size;
  }
  RequestHead head;
  EXPECT_EQ(parse_request_head(whole + "x", {}, head).status, 400);
}

}  // namespace
}  // namespace graylane::http::test
