// What is counted and logged of an exchange when it is over.
#include <array>
#include <chrono>

#include "gateway/exchange.h"
#include "gateway/worker.h"

namespace graylane::gateway {

namespace {

std::string upstream_name(const route::Backend& backend) { return backend.ns + "-" + backend.service + "-" + backend.port; }

telemetry::Role role_of(route::Role role) {
  switch (role) {
    case route::Role::kCanary: return telemetry::Role::kCanary;
    case route::Role::kDefault: return telemetry::Role::kDefault;
    case route::Role::kStable: break;
  }
  return telemetry::Role::kStable;
}

struct ObjectName {
  std::string_view ns;
  std::string_view name;
};

/// Of "Ingress default/shop".
ObjectName object_of(const route::Host& host, const route::Rule& rule) {
  if (rule.at.object >= host.objects.size()) return {};
  std::string_view text = host.objects[rule.at.object].name;
  text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {{}, text};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

telemetry::SeriesKey make_key(const Routed& routed, telemetry::Role role) {
  telemetry::SeriesKey key;
  key.role = role;
  if (routed.host != nullptr) key.host = routed.host->name;
  if (routed.rule == nullptr) return key;
  key.path = routed.rule->path;
  const ObjectName object = object_of(*routed.host, *routed.rule);
  key.ns = object.ns;
  key.ingress = object.name;
  if (routed.stable == route::kNoIndex) return key;
  const route::Backend& stable = routed.table->backend(routed.stable);
  key.service = stable.service;
  key.service_port = stable.port;
  if (role == telemetry::Role::kCanary) key.canary = upstream_name(routed.table->backend(routed.backend));
  return key;
}

std::string_view value_of(const http::RequestHead* head, std::string_view name) {
  if (head == nullptr) return {};
  for (const HeaderField& field : head->fields) {
    if (http::equal_names(field.name, name)) return field.value;
  }
  return {};
}

}  // namespace

telemetry::Series* Exchange::series() const {
  const telemetry::Role role = tries_.empty() ? telemetry::Role::kNone : role_of(routed_.role);
  if (!routed_.table || routed_.rule == nullptr) return worker_.recorder().series(make_key(routed_, role));
  telemetry::Series*& known = routed_.table.series()[{routed_.rule, routed_.backend, role}];
  if (known == nullptr) known = worker_.recorder().series(make_key(routed_, role));
  return known;
}

void Exchange::record() {
  const uint64_t duration = nanoseconds_since(first_byte_);
  if (head_ != nullptr) {
    telemetry::RequestRecord record;
    record.method = telemetry::method_of(head_->method);
    record.status = status_;
    record.by_weight = routed_.by_weight && !tries_.empty();
    record.duration = duration;
    if (!tries_.empty()) {
      const Try& last = tries_.back();
      record.connect_duration = last.connect_ns;
      record.header_duration = last.header_ns;
      record.response_duration = last.response_ns;
    }
    record.request_bytes = request_bytes_ + body_bytes_;
    record.response_bytes = client_.bytes_sent();
    telemetry::Recorder::record(*series(), record);
  }
  if (worker_.access_ring() != nullptr) log(duration);
}

void Exchange::log(uint64_t duration_ns) {
  std::array<telemetry::UpstreamTry, route::kTriesCeiling> tries;
  for (size_t i = 0; i < tries_.size(); ++i) {
    tries[i] = {tries_[i].endpoint->text, tries_[i].bytes, tries_[i].response_ns, tries_[i].status};
  }
  telemetry::AccessEntry entry;
  entry.unix_milliseconds = worker_.unix_milliseconds();
  entry.client = routed_.client.empty() ? caller_.address_text : routed_.client;
  const std::string user = telemetry::basic_auth_user(value_of(head_, "authorization"));
  entry.user = user;
  if (const http::RequestHead* head = head_ != nullptr ? head_ : refused_head_; head != nullptr && !head->method.empty()) {
    entry.method = head->method;
    entry.target = head->target;
    entry.protocol = head->http_1_1 ? "HTTP/1.1" : "HTTP/1.0";
    entry.host = head->host;
  }
  entry.refused = refused_why_;
  entry.status = status_;
  entry.body_bytes_sent = response_bytes_;
  entry.referer = value_of(head_, "referer");
  entry.user_agent = value_of(head_, "user-agent");
  entry.request_bytes = request_bytes_ + body_bytes_;
  entry.request_duration = duration_ns;
  std::string upstream;
  std::string alternative;
  if (routed_.rule != nullptr) {
    const ObjectName object = object_of(*routed_.host, *routed_.rule);
    entry.ns = object.ns;
    entry.ingress = object.name;
    if (routed_.stable != route::kNoIndex) upstream = upstream_name(routed_.table->backend(routed_.stable));
    if (routed_.role == route::Role::kCanary) alternative = upstream_name(routed_.table->backend(routed_.backend));
  }
  entry.upstream = upstream;
  entry.alternative = alternative;
  entry.tries = {tries.data(), tries_.size()};
  entry.request_id = fields_.request_id;
  worker_.access_ring()->append(entry);
}

}  // namespace graylane::gateway
