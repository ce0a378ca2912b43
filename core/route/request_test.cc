#include "route/request.h"

#include <gtest/gtest.h>

#include "route/test_table.h"

namespace graylane::route::test {
namespace {

struct Seen {
  std::string path;
  std::string query;
  std::string host;
  int refused = 0;
  bool escaped = false;
};

Seen seen(std::string_view target, std::string_view host = "app.example") {
  TextScratch scratch;
  const Normalised normalised = normalise(get(host, target), ListenerOptions(), scratch);
  return {std::string(normalised.path), std::string(normalised.query), std::string(normalised.host_name),
          normalised.refused_status, normalised.path_was_escaped};
}

std::string path_of(std::string_view target) {
  const Seen found = seen(target);
  return found.refused != 0 ? std::to_string(found.refused) : found.path;
}

// ---- the path ----

TEST(Normalise, APlainPathStaysAsItIs) {
  // The fast path must give what the slow one would.
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("/a/b.c/d-e_f~g"), "/a/b.c/d-e_f~g");
  EXPECT_EQ(path_of("/a/b/"), "/a/b/");
  EXPECT_EQ(path_of("/a./b..c"), "/a./b..c");
}

TEST(Normalise, EscapesAreDecodedOnce) {
  // Decoding twice would let %252e%252e climb.
  EXPECT_EQ(path_of("/%61%2Fb"), "/a/b");
  EXPECT_EQ(path_of("/a%252e"), "/a%2e");
  EXPECT_EQ(path_of("/%e4%bd%a0"), "/\xe4\xbd\xa0");
  EXPECT_EQ(path_of("/a%3Fb%23c"), "/a?b#c");
  EXPECT_TRUE(seen("/%61").escaped);
  EXPECT_FALSE(seen("//a").escaped);
}

TEST(Normalise, SlashesAreMergedAndDotSegmentsResolved) {
  // An access rule on /admin must hold for //admin and /x/../admin.
  EXPECT_EQ(path_of("//a///b//"), "/a/b/");
  EXPECT_EQ(path_of("/a/./b/."), "/a/b/");
  EXPECT_EQ(path_of("/a/b/../c"), "/a/c");
  EXPECT_EQ(path_of("/a/b/.."), "/a/");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/a/../b/../c/"), "/c/");
  EXPECT_EQ(path_of("/a//../b"), "/b");
  EXPECT_EQ(path_of("/.../..a/.b"), "/.../..a/.b");
  EXPECT_EQ(path_of("/%2e%2E/x"), "400");
  EXPECT_EQ(path_of("/a/%2e%2e/x"), "/x");
  EXPECT_EQ(path_of("/a/.%2e%2fx"), "/x");
  EXPECT_EQ(path_of("/a%2f%2f..%2fx"), "/x");
}

TEST(Normalise, WhatCannotBeAPathIsRefused) {
  // Every reading of such a path would differ between the gateway and some backend.
  for (const std::string_view bad :
       {"/..", "/../", "/a/../..", "/a/../../b", "/%00", "/a%00b", "/%", "/%4", "/%zz", "/a%2", "/%g0", "", "a", "*", "?x"}) {
    EXPECT_EQ(path_of(bad), "400") << bad;
  }
  EXPECT_EQ(path_of(std::string_view("/a\0b", 4)), "400");
}

TEST(Normalise, AnAbsoluteTargetIsThePathAtThatHost) {
  // Clients that were told to use a proxy send this form.
  EXPECT_EQ(path_of("http://x/"), "/");
  EXPECT_EQ(path_of("http://x/a/../b?c"), "/b");
  EXPECT_EQ(path_of("http://x?c"), "/");
  EXPECT_EQ(seen("http://x?c").query, "c");
}

TEST(Normalise, APathOverTheLimitIsRefused) {
  // The limit is finite and documented.
  EXPECT_EQ(path_of("/" + std::string(kTargetBytesMax - 1, 'a')), "/" + std::string(kTargetBytesMax - 1, 'a'));
  EXPECT_EQ(path_of("/" + std::string(kTargetBytesMax, 'a')), "414");
}

TEST(Normalise, TheQueryIsKeptAsSent) {
  // Backends sign queries; a decoded or reordered one is another one.
  EXPECT_EQ(seen("/a%2fb?c=%2f&d?e").query, "c=%2f&d?e");
  EXPECT_EQ(seen("/a%2fb?c=%2f&d?e").path, "/a/b");
  EXPECT_EQ(seen("/a#b?c").path, "/a");
  EXPECT_EQ(seen("/a?b#c").query, "b");
  EXPECT_EQ(seen("/a#b/../c").path, "/a");
  EXPECT_EQ(seen("/a/../b?c/../d#e").path, "/b");
  EXPECT_EQ(seen("/a/../b?c/../d#e").query, "c/../d");
}

TEST(Normalise, TheMemoryOfTheLastRequestDoesNotShowThrough) {
  // Scratch is reused for millions of requests.
  TextScratch scratch;
  const ListenerOptions options;
  EXPECT_EQ(normalise(get("A", "/%61bcdef"), options, scratch).path, "/abcdef");
  EXPECT_EQ(normalise(get("B", "/%62"), options, scratch).path, "/b");
}

// ---- the host ----

TEST(Normalise, HostNamesLoseCasePortAndDot) {
  // "App.Example.:8080" is the host that a manifest calls app.example.
  EXPECT_EQ(seen("/", "App.Example").host, "app.example");
  EXPECT_EQ(seen("/", "app.example:8080").host, "app.example");
  EXPECT_EQ(seen("/", "app.example.").host, "app.example");
  EXPECT_EQ(seen("/", "APP.example.:80").host, "app.example");
  EXPECT_EQ(seen("/", "[2001:DB8::1]:80").host, "[2001:db8::1]");
  EXPECT_EQ(seen("/", "[::1]").host, "[::1]");
  EXPECT_EQ(seen("/", "192.0.2.1:80").host, "192.0.2.1");
  EXPECT_EQ(seen("/", "").refused, 400);
}

// ---- headers ----

std::string header(std::vector<HeaderField> headers, std::string_view name, ListenerOptions options = {}) {
  TextScratch scratch;
  const std::string_view value = find_header(get("app.example", "/", headers), name, options, scratch);
  return value.data() == nullptr ? "(absent)" : std::string(value);
}

TEST(FindHeader, RepeatedLinesAreJoined) {
  // "never" sent twice is not "never": ingress-nginx compares the joined value.
  EXPECT_EQ(header({{"X-Canary", "never"}, {"x-canary", " never "}}, "x-canary"), "never, never");
  EXPECT_EQ(header({{"X", "a"}, {"X", "b"}, {"X", "c"}}, "x"), "a, b, c");
  EXPECT_EQ(header({{"Cookie", "a=1"}, {"cookie", "b=2"}}, "cookie"), "a=1; b=2");
  EXPECT_EQ(header({{"X", "a"}, {"Y", "b"}}, "y"), "b");
}

TEST(FindHeader, BlanksAroundAValueAreNoPartOfItAndTabsAre) {
  // nginx strips spaces only.
  EXPECT_EQ(header({{"X", "  a b "}}, "x"), "a b");
  EXPECT_EQ(header({{"X", "\ta"}}, "x"), "\ta");
}

TEST(FindHeader, AnEmptyHeaderIsNotAnAbsentOne) {
  // A pattern is asked for the one and not for the other.
  EXPECT_EQ(header({{"X", ""}}, "x"), "");
  EXPECT_EQ(header({{"X", {}}}, "x"), "");
  EXPECT_EQ(header({{"X", "   "}}, "x"), "");
  EXPECT_EQ(header({}, "x"), "(absent)");
}

TEST(FindHeader, UnderscoreHeadersCountOnlyWhereTheListenerSaysSo) {
  // nginx drops X_Canary by default; with the option on, it is the same variable as X-Canary.
  ListenerOptions underscores;
  underscores.enable_underscores_in_headers = true;
  EXPECT_EQ(header({{"X_Canary", "a"}}, "x-canary"), "(absent)");
  EXPECT_EQ(header({{"X_Canary", "a"}}, "x-canary", underscores), "a");
  EXPECT_EQ(header({{"X_Canary", "a"}, {"X-Canary", "b"}}, "x-canary", underscores), "a, b");
  EXPECT_EQ(header({{"X_Canary", "a"}, {"X-Canary", "b"}}, "x-canary"), "b");
}

TEST(FindHeader, InvalidNamesAreNotSeen) {
  // ignore-invalid-headers is on by default, as nginx has it.
  ListenerOptions lenient;
  lenient.ignore_invalid_headers = false;
  EXPECT_EQ(header({{"X.Canary", "a"}}, "x.canary"), "(absent)");
  EXPECT_EQ(header({{"X.Canary", "a"}}, "x.canary", lenient), "a");
}

TEST(FindHeader, HostIsAHeaderToo) {
  // canary-by-header: Host is used; over HTTP/2 there is only :authority. It is raw, with port and case.
  TextScratch scratch;
  EXPECT_EQ(find_header(get("App.Example:80", "/"), "host", ListenerOptions(), scratch), "App.Example:80");
}

// ---- cookies ----

std::string cookie(std::vector<HeaderField> headers, std::string_view name) {
  const std::string_view value = find_cookie(get("app.example", "/", headers), name);
  return value.data() == nullptr ? "(absent)" : std::string(value);
}

std::string cookie(std::string_view line, std::string_view name) {
  return cookie(std::vector<HeaderField>{{"Cookie", line}}, name);
}

TEST(FindCookie, NamesHaveNoCaseValuesHave) {
  // As nginx's $cookie_NAME.
  EXPECT_EQ(cookie("Canary=Always", "canary"), "Always");
  EXPECT_EQ(cookie("canary=always", "CANARY"), "always");
}

TEST(FindCookie, TheFirstPairWinsOverAllLines) {
  // A browser sends the more specific cookie first.
  EXPECT_EQ(cookie("a=1; a=2", "a"), "1");
  EXPECT_EQ(cookie({{"Cookie", "b=0"}, {"cookie", "a=1"}, {"Cookie", "a=2"}}, "a"), "1");
  EXPECT_EQ(cookie({{"X", "a=9"}, {"Cookie", "b=0"}}, "a"), "(absent)");
}

TEST(FindCookie, AValueEndsAtSemicolonOnly) {
  // "always,b=2" and "always ;" are not "always".
  EXPECT_EQ(cookie("a=always,b=2", "a"), "always,b=2");
  EXPECT_EQ(cookie("a=always ; b=2", "a"), "always ");
  EXPECT_EQ(cookie("a=\"always\"", "a"), "\"always\"");
  EXPECT_EQ(cookie("a=%61", "a"), "%61");
  EXPECT_EQ(cookie("a=", "a"), "");
  EXPECT_EQ(cookie("a=;b=1", "a"), "");
  EXPECT_EQ(cookie("a=b=c", "a"), "b=c");
}

TEST(FindCookie, SemicolonAndCommaEndASkippedPair) {
  // Old user agents join cookies with commas.
  EXPECT_EQ(cookie("x=1,a=2", "a"), "2");
  EXPECT_EQ(cookie("x=1;a=2", "a"), "2");
  EXPECT_EQ(cookie("x=1, y ;  a=2", "a"), "2");
  EXPECT_EQ(cookie("xa=1; a=2", "a"), "2");
  EXPECT_EQ(cookie("ax=1; a=2", "a"), "2");
}

TEST(FindCookie, BlanksAroundTheEqualsSignDoNotCount) {
  // nginx skips them.
  EXPECT_EQ(cookie("a = always", "a"), "always");
  EXPECT_EQ(cookie("  a   =   always", "a"), "always");
  EXPECT_EQ(cookie("x=1;   a =2", "a"), "2");
}

TEST(FindCookie, ANameWithoutAValueHidesThePairBehindIt) {
  // nginx takes the character behind the name for the '=' that it is not, and skips on from there.
  EXPECT_EQ(cookie("a; a=2", "a"), "(absent)");
  EXPECT_EQ(cookie("a; b; a=2", "a"), "2");
  EXPECT_EQ(cookie("a", "a"), "(absent)");
  EXPECT_EQ(cookie("a ", "a"), "(absent)");
}

TEST(FindCookie, TheNamelessCookieIsFoundByTheEmptyName) {
  // ingress-nginx without canary-by-cookie looks for it: the trap behind --compat=+nameless-cookie.
  EXPECT_EQ(cookie("=always", ""), "always");
  EXPECT_EQ(cookie("x=1; =never", ""), "never");
  EXPECT_EQ(cookie("x=1", ""), "(absent)");
  EXPECT_EQ(cookie("", ""), "(absent)");
}

std::string exact_cookie(std::vector<HeaderField> headers, std::string_view name) {
  const std::string_view value = find_cookie_exact(get("app.example", "/", headers), name);
  return value.data() == nullptr ? "(absent)" : std::string(value);
}

TEST(FindCookieExact, ReadsTheAffinityCookieAsTheBalancerDoes) {
  // The balancer has a reader of its own: names with case, the last pair wins, blanks end a value.
  EXPECT_EQ(exact_cookie({{"Cookie", "S=1; s=2"}}, "S"), "1");
  EXPECT_EQ(exact_cookie({{"Cookie", "s=1; s=2"}}, "s"), "2");
  EXPECT_EQ(exact_cookie({{"Cookie", "s=1"}, {"Cookie", "s=2"}}, "s"), "2");
  EXPECT_EQ(exact_cookie({{"Cookie", "s=1 x; t=2"}}, "s"), "1");
  EXPECT_EQ(exact_cookie({{"Cookie", "a=1;s=n|k"}}, "s"), "n|k");
  EXPECT_EQ(exact_cookie({{"Cookie", "s="}}, "s"), "");
  EXPECT_EQ(exact_cookie({{"Cookie", "s"}}, "s"), "(absent)");
  EXPECT_EQ(exact_cookie({}, "s"), "(absent)");
}

// ---- the client's address ----

Address client(std::string_view list, ListenerOptions options = {}) {
  options.use_forwarded_headers = true;
  TextScratch scratch;
  const HeaderField headers[] = {{"X-Forwarded-For", list}};
  return normalise(get("app.example", "/", headers), options, scratch).client;
}

TEST(RealIp, ForwardedHeadersAreIgnoredUnlessTrusted) {
  // Else any client could choose the address that the lists see.
  TextScratch scratch;
  const HeaderField headers[] = {{"X-Forwarded-For", "203.0.113.1"}};
  EXPECT_EQ(normalise(get("app.example", "/", headers), ListenerOptions(), scratch).client, address("192.0.2.7"));
}

TEST(RealIp, TheWalkGoesFromTheRightToTheFirstUntrusted) {
  // What stands left of an untrusted address was written by that address.
  ListenerOptions options;
  options.proxy_real_ip_cidr = {cidr("192.0.2.0/24"), cidr("10.0.0.0/8")};
  EXPECT_EQ(client("198.51.100.1, 203.0.113.1, 10.0.0.1", options), address("203.0.113.1"));
  EXPECT_EQ(client("10.0.0.2,10.0.0.1", options), address("10.0.0.2"));
  EXPECT_EQ(client("2001:db8::1,10.0.0.1", options), address("2001:db8::1"));
  options.proxy_real_ip_cidr = {cidr("10.0.0.0/8")};
  EXPECT_EQ(client("203.0.113.1", options), address("192.0.2.7")) << "the peer itself is no proxy";
}

TEST(RealIp, WithoutAListEverybodyIsTrusted) {
  // The default of ingress-nginx: the leftmost address.
  EXPECT_EQ(client("203.0.113.1, 203.0.113.2 203.0.113.3"), address("203.0.113.1"));
}

TEST(RealIp, UnreadableTextEndsTheWalk) {
  // The last address that was read stays.
  EXPECT_EQ(client("203.0.113.1, unknown, 203.0.113.3"), address("203.0.113.3"));
  EXPECT_EQ(client("unknown"), address("192.0.2.7"));
  EXPECT_EQ(client(""), address("192.0.2.7"));
}

TEST(RealIp, CommasAtTheEndsDoNotCount) {
  // nginx skips them before each address, the last one included.
  EXPECT_EQ(client("203.0.113.1, ,"), address("203.0.113.1"));
  EXPECT_EQ(client(", 203.0.113.1"), address("203.0.113.1"));
}

TEST(RealIp, AnAddressMayHaveAPort) {
  // Some load balancers write one, and nginx reads it.
  EXPECT_EQ(client("203.0.113.1:5678"), address("203.0.113.1"));
  EXPECT_EQ(client("[2001:db8::1]:5678"), address("2001:db8::1"));
  EXPECT_EQ(client("[2001:db8::1]"), address("2001:db8::1"));
  for (const std::string_view bad : {"203.0.113.1:", "203.0.113.1:0", "203.0.113.1:65536", "203.0.113.1:x", "[2001:db8::1]x",
                                     "[2001:db8::1", "[203.0.113.1"}) {
    EXPECT_EQ(client(bad), address("192.0.2.7")) << bad;
  }
}

}  // namespace
}  // namespace graylane::route::test
