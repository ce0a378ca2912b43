// Any request against a table with every feature: nothing crashes, the index finds what a walk finds, explain() tells what
// match() and all draws do, shares sum to 1. The input's lines: method, host, target, client address with a leading 's' for
// TLS, then headers "Name: value"; a missing line is empty.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "route/test_agree.h"
#include "route/test_table.h"

namespace {

namespace route = graylane::route;
using namespace graylane::route::test;

route::Policy guarded() {
  route::Policy policy;
  policy.deny.push_back(cidr("203.0.113.0/24"));
  policy.allow.push_back(cidr("0.0.0.0/0"));
  policy.https_redirect = response(308);
  policy.https_redirect->location.parts = {literal("https://"), variable(route::Variable::kRedirectHost),
                                           variable(route::Variable::kRequestUri)};
  return policy;
}

route::Policy rewriting(std::vector<route::TextTemplate::Part> parts) {
  route::Policy policy;
  policy.rewrite = route::TextTemplate{std::move(parts)};
  policy.forwarded_prefix = route::TextTemplate::literal("/app");
  policy.upstream_host =
      route::TextTemplate{{capture(1), variable(route::Variable::kCookie, "c"), variable(route::Variable::kArgument, "q")}};
  return policy;
}

route::Split full_split(route::BackendId stable, route::BackendId canary) {
  route::Split made = split(1000, stable, {{canary, 2}});
  made.tests = {affinity_test("s", "stable", 0),
                affinity_test("s", "canary", 1),
                header_test("x-canary", "always", 1),
                header_test("x-canary", "never", 0),
                pattern_test("x-kind", regex("^(a+)+b?$"), 1),
                pattern_test("x-bad", nullptr, 1),
                cookie_test("", "always", 1),
                cookie_test("c", "never", 0)};
  return made;
}

route::Table everything() {
  TableBuilder tables;
  const auto stable = tables.backend("stable");
  const auto canary = tables.backend("canary");
  const auto empty = tables.backend("empty", false);
  using enum route::PathKind;
  HostBuilder app("app.example");
  for (int i = 0; i < 8; ++i) app.forward(kExact, "/exact/" + std::to_string(i), stable);
  app.respond(kExact, "/", response(302, "/app"), route::RuleKind::kRespondAtOnce);
  app.policy(rewriting({literal("/"), capture(2)}))
      .split(kRegex, "^/app(/|$)(.*)", full_split(stable, canary))
      .rewriting("^/app(/|$)(.*)");
  app.policy(rewriting({variable(route::Variable::kHeader, "x-to")})).forward(kPrefix, "/to", canary).rewriting("^/to");
  app.policy(rewriting({literal("https://x.example"), variable(route::Variable::kEscapedRequestUri)}))
      .forward(kSegmentPrefix, "/away", stable)
      .rewriting("/");
  app.policy(guarded()).split(kSegmentPrefix, "/guarded", full_split(stable, canary));
  app.policy({}).split(kSegmentPrefix, "/three", split(10, stable, {{canary, 1}, {empty, 2}, {canary, 7}}));
  app.split(kSegmentPrefix, "/down", full_split(empty, canary)).split(kSegmentPrefix, "/half", full_split(stable, empty));
  route::Split sticky = split(100, stable, {{canary, 50}});
  sticky.sticky = {route::Sticky::Key::kCookie, "c", 7, {}};
  app.split(kSegmentPrefix, "/sticky", sticky).forward(kPrefix, "/text", stable).respond(kSegmentPrefix, "/", response(404));
  HostBuilder small("*.example");
  small.split(kSegmentPrefix, "/", full_split(stable, canary));
  HostBuilder closed("*.org");
  closed.host().closed = response(403);
  route::ListenerOptions options;
  options.use_forwarded_headers = options.enable_underscores_in_headers = true;
  options.proxy_real_ip_cidr = {cidr("10.0.0.0/8"), cidr("192.0.2.0/24")};
  const route::HostPtr wildcard = small.build();  // indexed once: tables keep where the index is
  return tables.exact(app.build())
      .any_suffix(wildcard)
      .one_label(closed.build())
      .by_regex("^api\\d+\\.", wildcard)
      .listener(options)
      .build();
}

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

void require(const std::string& disagreement) {
  if (disagreement.empty()) return;
  std::fprintf(stderr, "disagreement: %s\n", disagreement.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const route::Table kTable = everything();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  route::Request request;
  request.method = next_line(text);
  request.host = next_line(text);
  request.target = next_line(text);
  request.peer_text = next_line(text);
  request.tls = request.peer_text.starts_with('s');
  if (request.tls) request.peer_text.remove_prefix(1);
  request.peer = route::parse_address(request.peer_text).value_or(route::Address());
  std::vector<route::HeaderField> headers;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const size_t colon = std::min(line.find(':'), line.size());
    headers.push_back({line.substr(0, colon), line.substr(std::min(line.size(), colon + 1))});
  }
  request.headers = headers;
  require(index_disagrees(kTable, request));
  require(explain_disagrees(kTable, request));
  return 0;
}
