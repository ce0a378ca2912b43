#include "cli/request_line.h"

#include <gtest/gtest.h>

namespace graylane::cli {
namespace {

const FileName kFile = std::make_shared<const std::string>("requests.jsonl");

std::string error_of(std::string_view line) {
  const auto request = parse_request_line(line, kFile, 7);
  return request ? "" : request.error().to_string();
}

TEST(RequestLine, OnlyHostAndPathAreRequired) {
  // People write short lines by hand; what is left away has one documented meaning.
  const auto request = parse_request_line(R"({"host":"a.example","path":"/x?y=1"})", kFile, 1);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->client_ip, "127.0.0.1");
  EXPECT_EQ(request->path, "/x?y=1");
  EXPECT_FALSE(request->tls);
  EXPECT_TRUE(request->headers.empty());
}

TEST(RequestLine, HeadersKeepOrderRepeatsAndOddBytes) {
  // Which of two equal headers counts is the matcher's business, so none may be lost on the way.
  const auto request = parse_request_line(
      R"({"host":"a","path":"/","headers":[["X-A","1"],["x-a","2"],["bad name\u0000","\u00e9\t"],["Host","other"]]})", kFile, 1);
  ASSERT_TRUE(request);
  ASSERT_EQ(request->headers.size(), 4u);
  EXPECT_EQ(request->headers[1].second, "2");
  EXPECT_EQ(request->headers[2].first, std::string("bad name\0", 9));
  EXPECT_EQ(request->headers[2].second, "\xc3\xa9\t");
  EXPECT_EQ(request->host, "a");
}

TEST(RequestLine, SchemeBeatsWhatTheProtocolImplies) {
  // h2 without a word on the scheme came by TLS; but a test may want HTTP/2 behind a TLS proxy.
  EXPECT_TRUE(parse_request_line(R"({"host":"a","path":"/","proto":"h2"})", kFile, 1)->tls);
  EXPECT_FALSE(parse_request_line(R"({"host":"a","path":"/","proto":"h2c"})", kFile, 1)->tls);
  EXPECT_FALSE(parse_request_line(R"({"host":"a","path":"/","proto":"h2","scheme":"http"})", kFile, 1)->tls);
  EXPECT_TRUE(parse_request_line(R"({"host":"a","path":"/","scheme":"https"})", kFile, 1)->tls);
}

TEST(RequestLine, ErrorsSayWhereWhyAndWhatToDo) {
  // A file may have millions of lines: without a place the message is of no use.
  EXPECT_EQ(error_of(R"({"path":"/"})"),
            "requests.jsonl:7:1: the request has no \"host\" (fix: add it: only host and path are required)");
  EXPECT_EQ(error_of(R"({"host":"a","path":"/","proto":"http/3"})"),
            "requests.jsonl:7:32: \"proto\" cannot be \"http/3\" (fix: write one of http/1.0, http/1.1, h2, h2c)");
  EXPECT_EQ(error_of(R"({"host":"a","path":"/","client_ip":"10.0.0"})"),
            "requests.jsonl:7:36: \"10.0.0\" is no IP address (fix: write one such as 192.0.2.7 or 2001:db8::1)");
  EXPECT_EQ(
      error_of(R"({"host":"a","path":"/","headers":[["a"]]})"),
      "requests.jsonl:7:35: a header must be a pair of strings (fix: write [[\"Name\",\"value\"],...] in the order of the wire)");
  EXPECT_EQ(error_of(R"({"host":"a","path":"/","header":[]})"),
            "requests.jsonl:7:24: unknown key \"header\" (fix: write \"headers\")");
  EXPECT_EQ(error_of(R"({"host":1,"path":"/"})"), "requests.jsonl:7:9: \"host\" must be a string (fix: put it in quotes)");
  EXPECT_TRUE(error_of("[1]").starts_with("requests.jsonl:7:")) << error_of("[1]");
  EXPECT_TRUE(error_of("{").starts_with("requests.jsonl:7:1: ")) << error_of("{");
}

TEST(RequestLine, KeysOfTheUserAreLetThrough) {
  // People carry names of cases along; the echo gives them back.
  EXPECT_EQ(error_of(R"({"host":"a","path":"/","case":"first","id":1})"), "");
}

TEST(Url, IsReadAsACommandLineOfCurlWould) {
  // The host keeps its port, since that is what the Host header has; a fragment never leaves the client.
  const auto request = parse_url("HTTPS://user@A.example:8443?x=1#top");
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->tls);
  EXPECT_EQ(request->host, "A.example:8443");
  EXPECT_EQ(request->path, "/?x=1");
  EXPECT_EQ(parse_url("a.example")->path, "/");
  EXPECT_EQ(parse_url("http://[2001:db8::1]:8080/")->host, "[2001:db8::1]:8080");
  EXPECT_EQ(parse_url("[::1]")->host, "[::1]");
  EXPECT_EQ(parse_url("a.example/go?to=http://b/")->host, "a.example");
}

TEST(Url, RefusesWhatCannotBeAsked) {
  // A blank would end the request line, and so ask for something else.
  EXPECT_EQ(parse_url("ftp://a/").error().what,
            "\"ftp://a/\" is no URL that can be asked for: its scheme is neither http nor https");
  EXPECT_FALSE(parse_url("http://a/b c"));
  EXPECT_FALSE(parse_url("http:///path"));
  EXPECT_FALSE(parse_url(""));
  EXPECT_FALSE(parse_url("http:/a.example/"));
  EXPECT_FALSE(parse_url("a.example:http/"));
  EXPECT_FALSE(parse_url("a.example:65536"));
  EXPECT_FALSE(parse_url("http://:80/"));
  EXPECT_FALSE(parse_url("::1"));
  EXPECT_FALSE(parse_url("[::1"));
  EXPECT_FALSE(parse_url("[::1]x/"));
  EXPECT_FALSE(parse_url("[a.example]/"));
}

TEST(HeaderFlag, ReadsCurlsForms) {
  // `-H 'Host: ...'` is how the guides ask an address for a name.
  RequestLine request;
  ASSERT_TRUE(add_header(request, "X-A:  b: c "));
  ASSERT_TRUE(add_header(request, "X-Empty;"));
  ASSERT_TRUE(add_header(request, "host: www.example.com"));
  EXPECT_EQ(request.headers, (std::vector<std::pair<std::string, std::string>>{{"X-A", "b: c"}, {"X-Empty", ""}}));
  EXPECT_EQ(request.host, "www.example.com");
  EXPECT_FALSE(add_header(request, "no colon"));
  EXPECT_FALSE(add_header(request, ": x"));
  EXPECT_FALSE(add_header(request, "X: a\r\nY: b"));
}

TEST(RequestLine, EchoReadsBackAsTheSameRequest) {
  // -o json for a URL prints a line that --requests takes again.
  RequestLine request = *parse_url("https://a.example/x?\"q\"");
  ASSERT_TRUE(add_header(request, "A: \"1\""));
  ASSERT_TRUE(add_header(request, "B: 2"));
  const auto again = parse_request_line(request.to_json(), kFile, 1);
  ASSERT_TRUE(again) << request.to_json();
  EXPECT_EQ(again->headers, request.headers);
  EXPECT_EQ(again->path, request.path);
  EXPECT_TRUE(again->tls);
}

}  // namespace
}  // namespace graylane::cli
