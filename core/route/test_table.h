// Small tables by hand, for the tests, the fuzz target and the benchmarks. Plain values; one thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "route/match.h"
#include "route/table.h"

namespace graylane::route::test {

inline std::shared_ptr<const Regex> regex(std::string_view pattern, bool caseless = false) {
  return Regex::compile(pattern, {caseless}).value();
}

inline Address address(std::string_view text) { return parse_address(text).value(); }
inline Cidr cidr(std::string_view text) { return parse_cidr(text).value(); }

inline Response response(uint16_t status, std::string location = {}) {
  Response made;
  made.status = status;
  made.why = "because";
  if (!location.empty()) made.location = TextTemplate::literal(std::move(location));
  return made;
}

inline TextTemplate::Part variable(Variable which, std::string name = {}) {
  TextTemplate::Part part;
  part.kind = TextTemplate::Part::Kind::kVariable;
  part.variable = which;
  part.text = std::move(name);
  return part;
}

inline TextTemplate::Part capture(uint8_t index) {
  TextTemplate::Part part;
  part.kind = TextTemplate::Part::Kind::kCapture;
  part.capture = index;
  return part;
}

inline TextTemplate::Part literal(std::string text) { return TextTemplate::literal(std::move(text)).parts[0]; }

inline Test header_test(std::string name, std::string value, uint8_t destination) {
  Test made;
  made.name = std::move(name);
  made.value = std::move(value);
  made.destination = destination;
  return made;
}

inline Test cookie_test(std::string name, std::string value, uint8_t destination) {
  Test made = header_test(std::move(name), std::move(value), destination);
  made.kind = Test::Kind::kCookieEquals;
  return made;
}

inline Test affinity_test(std::string name, std::string key, uint8_t destination) {
  Test made = header_test(std::move(name), std::move(key), destination);
  made.kind = Test::Kind::kAffinityCookie;
  return made;
}

/// Without an expression: one that did not compile.
inline Test pattern_test(std::string name, std::shared_ptr<const Regex> pattern, uint8_t destination) {
  Test made = header_test(std::move(name), {}, destination);
  made.kind = Test::Kind::kHeaderMatches;
  made.pattern_text = pattern ? pattern->pattern() : "(";
  made.pattern = std::move(pattern);
  return made;
}

/// Stable first, then canaries with their weights.
inline Split split(uint64_t total, BackendId stable, std::initializer_list<std::pair<BackendId, uint64_t>> canaries) {
  Split made;
  made.total = total;
  Destination destination;
  destination.backend = stable;
  made.destinations.push_back(destination);
  for (const auto& [backend, weight] : canaries) {
    destination.backend = backend;
    destination.weight = weight;
    destination.role = Role::kCanary;
    made.destinations.push_back(destination);
  }
  return made;
}

class HostBuilder {
 public:
  explicit HostBuilder(std::string name) {
    host_->name = std::move(name);
    host_->objects.push_back({"Ingress default/" + host_->name, std::make_shared<const std::string>("test.yaml")});
    policy({});
  }

  /// For the rules that follow.
  HostBuilder& policy(Policy policy) {
    host_->policies.push_back(std::make_shared<const Policy>(std::move(policy)));
    return *this;
  }
  HostBuilder& forward(PathKind kind, std::string path, BackendId backend) {
    add(kind, std::move(path), RuleKind::kForward, backend);
    return *this;
  }
  HostBuilder& split(PathKind kind, std::string path, Split split) {
    add(kind, std::move(path), RuleKind::kSplit, static_cast<uint32_t>(host_->splits.size()));
    host_->splits.push_back(std::move(split));
    return *this;
  }
  HostBuilder& respond(PathKind kind, std::string path, Response response, RuleKind how = RuleKind::kRespond) {
    add(kind, std::move(path), how, static_cast<uint32_t>(host_->responses.size()));
    host_->responses.push_back(std::move(response));
    return *this;
  }
  /// What the last rule's policy rewrites.
  HostBuilder& rewriting(std::string_view pattern) {
    last().rewrite = keep(pattern);
    return *this;
  }

  Rule& last() { return host_->rules.back(); }
  Host& host() { return *host_; }

  HostPtr build() {
    build_indexes({&host_, 1});
    return host_;
  }
  /// Of a host that is indexed together with others.
  std::shared_ptr<Host> unindexed() { return host_; }

 private:
  uint32_t keep(std::string_view pattern) {
    host_->regexes.push_back(regex(pattern, true));
    return static_cast<uint32_t>(host_->regexes.size() - 1);
  }

  void add(PathKind path_kind, std::string path, RuleKind kind, uint32_t target) {
    Rule rule;
    if (path_kind == PathKind::kRegex) rule.regex = keep(path);
    rule.path = std::move(path);
    rule.path_kind = path_kind;
    rule.kind = kind;
    rule.target = target;
    rule.policy = static_cast<uint32_t>(host_->policies.size() - 1);
    rule.at = {0, {static_cast<uint32_t>(host_->rules.size() + 1), 1}};
    host_->rules.push_back(std::move(rule));
  }

  std::shared_ptr<Host> host_ = std::make_shared<Host>();
};

class TableBuilder {
 public:
  TableBuilder() { table_.fallback = HostBuilder("").build(); }

  BackendId backend(std::string service, bool ready = true) {
    Backend made;
    made.ns = "default";
    made.service = std::move(service);
    made.port = "80";
    made.port_number = 80;
    if (ready) made.endpoints.push_back({"192.0.2.80", 8080});
    if (!ready) made.why_not_ready = std::string("no endpoints");
    SharedSlots<BackendPtr>::Edit(table_.backends).set(backends_, std::make_shared<const Backend>(std::move(made)));
    return backends_++;
  }
  TableBuilder& exact(const HostPtr& host) {
    HostMap<HostPtr>::Edit(table_.exact).set(host->name, host);
    return *this;
  }
  TableBuilder& any_suffix(const HostPtr& host) {  // "*.example"
    HostMap<HostPtr>::Edit(table_.any_suffix).set(std::string_view(host->name).substr(1), host);
    return *this;
  }
  TableBuilder& one_label(const HostPtr& host) {
    HostMap<HostPtr>::Edit(table_.one_label).set(std::string_view(host->name).substr(1), host);
    return *this;
  }
  TableBuilder& by_regex(std::string_view pattern, const HostPtr& host) {
    table_.regexes.push_back({regex(pattern, true), host});
    return *this;
  }
  TableBuilder& fallback(const HostPtr& host) {
    table_.fallback = host;
    return *this;
  }
  TableBuilder& listener(ListenerOptions options) {
    table_.listener = std::make_shared<const ListenerOptions>(std::move(options));
    return *this;
  }
  Table build() const { return table_; }

 private:
  Table table_;
  BackendId backends_ = 0;
};

/// `headers` must outlive the request.
inline Request get(std::string_view host, std::string_view target, std::span<const HeaderField> headers = {}) {
  Request request;
  request.host = host;
  request.target = target;
  request.headers = headers;
  request.peer = address("192.0.2.7");
  request.peer_text = "192.0.2.7";
  return request;
}

/// One request through normalise() and match().
struct Answer {
  Scratch scratch;
  Normalised normalised;
  Match match;
  Answer(const Table& table, const Request& request) : normalised(normalise(request, *table.listener, scratch.text)) {
    NullTracer tracer;
    match = route::match(table, request, normalised, scratch, tracer);
  }
};

}  // namespace graylane::route::test
