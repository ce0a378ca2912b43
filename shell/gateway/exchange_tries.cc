#include <algorithm>
#include <array>

#include "gateway/exchange.h"
#include "gateway/worker.h"

namespace graylane::gateway {

namespace {

/// As nginx has it: all methods but these may be sent again.
bool is_repeatable(std::string_view method) { return method != "POST" && method != "PATCH" && method != "LOCK"; }

bool same_service(const route::Backend& a, const route::Backend& b) {
  return a.ns == b.ns && a.service == b.service && a.port == b.port;
}

}  // namespace

void Exchange::next_try() {
  for (;;) {
    Endpoint* endpoint = pick();
    if (endpoint == nullptr) return answer(503);
    Try& next = tries_.emplace_back();
    next.endpoint = endpoint;
    next.asked = worker_.loop().now();
    ++endpoint->users;
    if (tries_.size() > 1) worker_.counters().retries.add();
    if (connect(*endpoint)) break;
    note_failure(Failure::kConnect);
    if (!may_retry(Failure::kConnect)) return give_up(Failure::kConnect);
  }
  if (!upstream_->connected()) return;
  current().connect_ns = 0;
  send_request();
}

/// Endpoints may have come and gone since the request was routed; the version stays.
Endpoint* Exchange::pick() {
  std::array<Endpoint*, route::kTriesCeiling> tried;  // as many as there were tries
  std::ranges::transform(tries_, tried.begin(), &Try::endpoint);
  const TableLease& newest = worker_.router().table();
  const route::BackendId id = routed_.backend;
  const bool known = &*newest == &*routed_.table || (id < newest->backends.capacity() && newest->ready(id) &&
                                                     same_service(newest->backend(id), routed_.table->backend(id)));
  const PickInput input{worker_.loop().now(), worker_.router().rng(), routed_.balance_key, {tried.data(), tries_.size()}};
  Backend& backend = worker_.backends().get(known ? *newest : *routed_.table, id, input.rng);
  return routed_.affinity == nullptr ? backend.pick(input) : pick_by_cookie(backend, input);
}

bool Exchange::connect(Endpoint& endpoint) {
  UpstreamPool& pool = worker_.pool();
  upstream_ = nullptr;
  while (!avoid_pool_ && upstream_ == nullptr) {
    upstream_ = pool.take_idle(endpoint);
    if (upstream_ == nullptr || is_repeatable(head_->method) || upstream_->still_open()) break;
    upstream_->close_idle();  // this request could not be sent a second time
    upstream_ = nullptr;
  }
  pooled_ = upstream_ != nullptr;
  if (!pooled_) {
    worker_.counters().upstream_connects.add();
    const auto connection = pool.connect(endpoint);
    if (!connection) return false;
    upstream_ = *connection;
  } else {
    worker_.counters().upstream_reuses.add();
  }
  const auto& policy = *routed_.policy;
  upstream_->assign(*this, {policy.connect_timeout, policy.read_timeout, policy.send_timeout});
  return true;
}

void Exchange::send_request() {
  sent_ = upstream_ready_ = true;
  RequestStart start;
  start.method = head_->method;
  start.target = routed_.target;
  start.host = routed_.host_name;
  start.fields = fields_.fields;
  start.body.follows = head_->framing != http::Framing::kNone;
  if (head_->framing == http::Framing::kLength) start.body.length = head_->content_length;
  start.http_1_0 = routed_.policy->http_1_0;
  if (!start.http_1_0) start.upgrade = upgrade_asked();
  upstream_->send_head(start);
  if (!replay_.empty()) upstream_->send_body(replay_);
  if (body_done_) return upstream_->send_end(trailers_);
  worker_.writer().flush();  // replay_ may grow and move
  if (upstream_ == nullptr) return;
  if (head_->expects_continue && body_bytes_ == 0 && !continued_) {
    continued_ = true;
    client_.send_continue();
  }
  client_.read_later();
}

/// What the endpoint is asked to become. Never HTTP/2, unless each Upgrade field goes on: and then it does not become it.
std::string_view Exchange::upgrade_asked() const {
  if (!routed_.table->listener->upgrade_without_connection)
    return http::equal_names(head_->upgrade, "h2c") ? std::string_view() : head_->upgrade;
  const auto sent =
      std::ranges::find_if(head_->fields, [](const HeaderField& field) { return http::equal_names(field.name, "upgrade"); });
  return sent == head_->fields.end() ? std::string_view() : sent->value;
}

/// A backend that speaks HTTP/2 would take what follows for requests that nobody has looked at.
bool Exchange::may_tunnel() const {
  const std::string_view asked = upgrade_asked();
  return head_->http_1_1 && !routed_.policy->http_1_0 && !asked.empty() && !http::equal_names(asked, "h2c");
}

void Exchange::release_upstream() {
  if (upstream_ == nullptr) return;
  UpstreamConnection& upstream = *upstream_;
  upstream_ = nullptr;
  upstream_ready_ = false;
  upstream.release();
}

void Exchange::on_upstream_failed(Failure failure) {
  upstream_ = nullptr;
  upstream_ready_ = false;
  if (tunnel_) return end({});
  if (failure == Failure::kClosed && pooled_ && may_send_again()) {
    // It was closed while it waited in the pool: no fault of the endpoint, and no try.
    avoid_pool_ = true;
    --current().endpoint->users;
    tries_.pop_back();
    return next_try();
  }
  note_failure(failure);
  if (head_sent_) return cut();
  if (may_retry(failure)) return next_try();
  give_up(failure);
}

const route::Retry& Exchange::retry() const {
  static const route::Retry kDefaults;
  return routed_.policy->retry ? *routed_.policy->retry : kDefaults;
}

bool Exchange::may_send_again() const {
  if (head_sent_ || !sent_) return !head_sent_;
  return replayable_ && (is_repeatable(head_->method) || retry().non_idempotent);
}

bool Exchange::tries_left() const {
  const route::Retry& rules = retry();
  if (tries_.size() >= std::min(rules.tries_max, route::kTriesCeiling)) return false;
  return rules.time_max.count() == 0 || worker_.loop().now() - tries_.front().asked < rules.time_max;
}

bool Exchange::may_retry(Failure failure) const {
  if (!tries_left() || !may_send_again()) return false;
  switch (failure) {
    case Failure::kConnect:
    case Failure::kClosed: return retry().on_error;
    case Failure::kConnectTimeout:
    case Failure::kTimeout: return retry().on_timeout;
    case Failure::kBadResponse: return retry().on_invalid_header;
    case Failure::kCut: break;
  }
  return false;
}

/// The last answer is the client's, whatever its status.
bool Exchange::may_retry_status(uint16_t status) const {
  if (!routed_.policy->retry) return false;
  return std::ranges::find(retry().statuses, status) != retry().statuses.end() && tries_left() && may_send_again();
}

void Exchange::note_failure(Failure failure) {
  Try& now = current();
  now.response_ns = nanoseconds_since(now.asked);
  now.endpoint->failed(worker_.loop().now());
  telemetry::WorkerCounters& counters = worker_.counters();
  if (failure == Failure::kConnect || failure == Failure::kConnectTimeout) counters.upstream_connect_failures.add();
  if (failure == Failure::kConnectTimeout || failure == Failure::kTimeout) counters.upstream_timeouts.add();
  now.status = failure == Failure::kConnectTimeout || failure == Failure::kTimeout ? 504 : 502;
}

void Exchange::give_up(Failure failure) {
  answer(failure == Failure::kConnectTimeout || failure == Failure::kTimeout ? 504 : 502);
}

}  // namespace graylane::gateway
