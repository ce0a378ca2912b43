#include "route/trace.h"

namespace graylane::route {

namespace {

constexpr size_t kSeenBytesMax = 200;  // of a header's value in an explanation
constexpr size_t kMissesMax = 100;     // rules that do not match are told one by one up to here

std::string percent(uint64_t weight, uint64_t total) {
  std::string text = std::to_string(100.0 * static_cast<double>(weight) / static_cast<double>(total));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " %";
}

std::string name_of(const Rule& rule) {
  switch (rule.path_kind) {
    case PathKind::kExact: return "path " + rule.path + " (Exact)";
    case PathKind::kSegmentPrefix: return "path " + rule.path + " (Prefix)";
    case PathKind::kPrefix: return "path " + rule.path + " (starts with)";
    case PathKind::kRegex: return "path ~* " + rule.path;
  }
  return rule.path;
}

std::string name_of(const Test& test) {
  switch (test.kind) {
    case Test::Kind::kAffinityCookie:
      return "session cookie " + test.name + " names the " + (test.destination == 0 ? "stable" : "canary") + " version";
    case Test::Kind::kHeaderEquals: return "header " + test.name + " == " + quoted(test.value);
    case Test::Kind::kHeaderMatches: return "header " + test.name + " =~ " + quoted(test.pattern_text);
    case Test::Kind::kCookieEquals:
      return (test.name.empty() ? "nameless cookie" : "cookie " + quoted(test.name)) + " == " + quoted(test.value);
  }
  return {};
}

std::string chosen(uint8_t destination) { return destination == 0 ? "-> stable" : "-> canary"; }

std::string why_test(const Test& test, Why why, std::string_view seen) {
  switch (why) {
    case Why::kMatched: return chosen(test.destination);
    case Why::kHeaderAbsent: return "the request has no header " + test.name;
    case Why::kCookieAbsent:
      return test.name.empty() ? "the request has no nameless cookie" : "the request has no cookie " + quoted(test.name);
    case Why::kRegexFailed:
      return std::string(test.pattern ? "the expression reached its match limit" : "the expression does not compile") +
             "; that is final " + chosen(test.on_error);
    default: return "it is " + quoted(seen);
  }
}

std::string why_path(const Rule& rule, Why why, std::string_view path) {
  if (why == Why::kMatched) return rule.implicit ? "nothing more specific matches" : "matches " + quoted(path);
  if (why == Why::kRegexFailed) return "the expression reached its match limit on " + quoted(path);
  return "does not match " + quoted(path);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  out += text.substr(0, kSeenBytesMax);
  if (text.size() > kSeenBytesMax) out += "...";
  return out + "\"";
}

Location location_of(const Host& host, const Origin& origin) {
  if (origin.object >= host.objects.size()) return {};
  return {host.objects[origin.object].file, origin.at};
}

void RecordingTracer::add(const Host* host, std::string rule, bool matched, std::string why, const Origin& at) {
  TraceStep step{std::move(rule), matched, std::move(why), {}, {}};
  if (host != nullptr && at.object < host->objects.size()) {
    step.at = location_of(*host, at);
    step.object = host->objects[at.object].name;
  }
  steps_.push_back(std::move(step));
}

void RecordingTracer::host(const Host& host) {
  const bool known = !host.name.empty();
  add(&host, known ? "host " + host.name : "any other host", true,
      known ? "matches " + quoted(host_name_) : "no rule names the host " + quoted(host_name_), host.at);
}

void RecordingTracer::rule(const Host& host, const Rule& rule, Why why) {
  if (rule.implicit && why != Why::kMatched) return;  // nobody wrote it, nobody looks for it
  if (why != Why::kMatched && ++misses_ > kMissesMax) return;
  if (why == Why::kMatched && misses_ > kMissesMax)
    add(nullptr, std::to_string(misses_ - kMissesMax) + " more rules", false, "do not match either", {});
  add(&host, name_of(rule), why == Why::kMatched, why_path(rule, why, path_), rule.at);
}

void RecordingTracer::response(const Host& host, const Response& response) {
  add(&host, "answer " + std::to_string(response.status), true, response.why, response.at);
}

void RecordingTracer::https_redirect(const Host& host, const Policy& policy, Why why) {
  const std::string text = why == Why::kMatched  ? policy.https_redirect->why
                           : why == Why::kExempt ? "this path is exempt (no-tls-redirect-locations)"
                                                 : "the request came by https";
  add(&host, "redirect to https", why == Why::kMatched, text, policy.https_redirect->at);
}

void RecordingTracer::access(const Host& host, const Policy& policy, Why why) {
  const bool refused = why == Why::kAddressRefused;
  const std::string outcome =
      policy.satisfy_any ? (refused ? " here; satisfy any leaves it to the authentication" : ", and satisfy any asks no more")
      : refused          ? ": 403"
                         : "";
  add(&host, "address lists", refused,
      (refused ? "the client's address is refused" : "the client's address is allowed") + outcome,
      policy.deny.empty() ? policy.allow_at : policy.deny_at);
}

void RecordingTracer::backend(const Host& host, const Origin& at, const Backend& backend, Why) {
  add(&host, "service " + backend.ns + "/" + backend.service + ":" + backend.port, false,
      backend.why_not_ready ? *backend.why_not_ready : std::string(), at);
}

void RecordingTracer::test(const Host& host, const Split&, const Test& test, Why why, std::string_view seen) {
  add(&host, name_of(test), why == Why::kMatched, why_test(test, why, seen), test.at);
}

void RecordingTracer::draw(const Host& host, const Split& split) {
  for (size_t i = 1; i < split.destinations.size(); ++i) {
    const Destination& destination = split.destinations[i];
    add(&host, "weight " + std::to_string(destination.weight) + " of " + std::to_string(split.total), true,
        "a draw gives the canary " + percent(destination.weight, split.total), split.weight_at);
  }
}

}  // namespace graylane::route
