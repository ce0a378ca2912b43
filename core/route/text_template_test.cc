#include "route/text_template.h"

#include <gtest/gtest.h>

#include "route/match.h"
#include "route/test_table.h"

namespace graylane::route::test {
namespace {

constexpr HeaderField kHeaders[] = {
    {"X-Who", "me"}, {"Cookie", "c=1"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "front.example:444, inner"}};

std::string rendered(TextTemplate text, bool trusted = false, std::string_view target = "/a%20b/?x=1&y=&x=2") {
  const Request request = get("App.Example:8080", target, kHeaders);
  ListenerOptions options;
  options.use_forwarded_headers = trusted;
  TextScratch scratch;
  const Normalised normalised = normalise(request, options, scratch);
  Captures captures;
  captures[1] = "one";
  std::string out;
  render(text, {request, normalised, options, scratch}, captures, out);
  return out;
}

std::string value(Variable which, std::string name = {}) { return rendered({{variable(which, std::move(name))}}); }
std::string trusted(Variable which) { return rendered({{variable(which)}}, true); }

TEST(TextTemplate, PartsAreJoinedInOrder) {
  // "/new/$1$2" with a group that did not take part.
  EXPECT_EQ(rendered({{literal("/new/"), capture(1), capture(2), literal("!")}}), "/new/one!");
  EXPECT_EQ(rendered({}), "");
}

TEST(TextTemplate, VariablesMeanWhatNginxMeans) {
  // Redirect targets are written with them.
  EXPECT_EQ(value(Variable::kHost), "app.example");
  EXPECT_EQ(value(Variable::kHttpHost), "App.Example:8080");
  EXPECT_EQ(value(Variable::kScheme), "http");
  EXPECT_EQ(value(Variable::kRequestUri), "/a%20b/?x=1&y=&x=2");
  EXPECT_EQ(value(Variable::kEscapedRequestUri), "%2Fa%2520b%2F%3Fx%3D1%26y%3D%26x%3D2");
  EXPECT_EQ(value(Variable::kUri), "/a b/");
  EXPECT_EQ(value(Variable::kArgs), "x=1&y=&x=2");
  EXPECT_EQ(value(Variable::kIsArgs), "?");
  EXPECT_EQ(value(Variable::kMethod), "GET");
  EXPECT_EQ(value(Variable::kRemoteAddress), "192.0.2.7");
  EXPECT_EQ(value(Variable::kServerPort), "80");
  EXPECT_EQ(value(Variable::kHeader, "x-who"), "me");
  EXPECT_EQ(value(Variable::kHeader, "x-nobody"), "");
  EXPECT_EQ(value(Variable::kCookie, "c"), "1");
  EXPECT_EQ(value(Variable::kArgument, "x"), "1");
  EXPECT_EQ(value(Variable::kArgument, "y"), "");
  EXPECT_EQ(rendered({{variable(Variable::kRequestUriNoSlash)}}, false, "/a/"), "/a");
}

TEST(TextTemplate, ForwardedHeadersCountOnlyWhereTheyAreTrusted) {
  // Otherwise a client could choose where its redirect leads.
  EXPECT_EQ(value(Variable::kAccessScheme), "http");
  EXPECT_EQ(value(Variable::kBestHttpHost), "App.Example:8080");
  EXPECT_EQ(value(Variable::kRedirectHost), "App.Example");
  EXPECT_EQ(trusted(Variable::kAccessScheme), "https");
  EXPECT_EQ(trusted(Variable::kBestHttpHost), "front.example:444");
  EXPECT_EQ(trusted(Variable::kRedirectHost), "front.example");
}

TEST(TextTemplate, ARewrittenPathIsEscapedAsNginxDoes) {
  // A decoded line break in a path must not become a header.
  std::string out;
  append_escaped_path("/a b%?#\r\n\x7f\xe4\"<>\\^`{|}:;@&=+$,[]!~", out);
  EXPECT_EQ(out, "/a%20b%25%3F%23%0D%0A%7F%E4%22%3C%3E%5C%5E%60%7B%7C%7D:;@&=+$,[]!~");
}

// ---- what the backend gets ----

struct Sent {
  Forwarded forwarded;
  std::string location;
};

Sent sent(Policy policy, std::string_view path, std::string_view pattern, std::string_view target) {
  TableBuilder tables;
  HostBuilder host("app.example");
  host.policy(std::move(policy)).forward(PathKind::kRegex, std::string(path), tables.backend("app"));
  if (!pattern.empty()) host.rewriting(pattern);
  const Table table = tables.exact(host.build()).build();
  const Request request = get("app.example", target);
  Answer answer(table, request);
  const TemplateInput input{request, answer.normalised, *table.listener, answer.scratch.text};
  return {forwarded_request(answer.match, input, answer.scratch), location_of(answer.match, input, answer.scratch)};
}

TEST(Forwarded, WithoutARewriteTheTargetIsWhatTheClientSent) {
  // Byte for byte: a backend may sign or compare it.
  EXPECT_EQ(sent({}, "^/", "", "/a//b%2Fc?d").forwarded.target, "/a//b%2Fc?d");
}

TEST(Forwarded, ARewriteUsesItsOwnCapturesAndKeepsTheQuery) {
  // rewrite-target: /$2 is the most used annotation of all.
  Policy policy;
  policy.rewrite = TextTemplate{{literal("/"), capture(2)}};
  policy.forwarded_prefix = TextTemplate::literal("/app");
  const Sent found = sent(policy, "^/app", "^/app(/|$)(.*)", "/app/x?y=1");
  EXPECT_EQ(found.forwarded.target, "/x?y=1");
  EXPECT_EQ(found.forwarded.forwarded_prefix, "/app");
  EXPECT_TRUE(found.forwarded.valid);
  EXPECT_EQ(sent(policy, "^/app", "^/app(/|$)(.*)", "/app/a%20b").forwarded.target, "/a%20b");
  EXPECT_EQ(sent(policy, "^/app", "^/nothing", "/app/x").forwarded.target, "/app/x") << "no match: the path stays";
}

TEST(Forwarded, AnEmptyRewrittenPathIsInvalid) {
  // nginx answers 500.
  Policy policy;
  policy.rewrite = TextTemplate{{capture(9)}};
  EXPECT_FALSE(sent(policy, "^/", "^/", "/x").forwarded.valid);
}

TEST(Forwarded, TheHostIsTheClientsUnlessThePolicySaysOtherwise) {
  // upstream-vhost.
  Policy policy;
  EXPECT_EQ(sent(policy, "^/", "", "/").forwarded.host, "app.example");
  policy.upstream_host = TextTemplate::literal("inner.example");
  EXPECT_EQ(sent(policy, "^/", "", "/").forwarded.host, "inner.example");
}

TEST(Location, IsAbsoluteUnlessItAlreadyIs) {
  // nginx makes a path absolute with the scheme and the host of the request.
  Policy policy;
  policy.redirect = response(301, "/there");
  EXPECT_EQ(sent(policy, "^/", "", "/").location, "http://app.example/there");
  policy.redirect->relative = true;
  EXPECT_EQ(sent(policy, "^/", "", "/").location, "/there");
  policy.redirect = response(301, "https://x.example/");
  policy.redirect->keep_query = true;
  EXPECT_EQ(sent(policy, "^/", "", "/?a=1").location, "https://x.example/?a=1");
  policy.redirect->status = 300;
  EXPECT_EQ(sent(policy, "^/", "", "/").location, "");
}

}  // namespace
}  // namespace graylane::route::test
