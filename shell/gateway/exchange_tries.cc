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
    Try& next = tries_[tries_used_++];
    next = Try{};
    next.endpoint = endpoint;
    next.asked = worker_.loop().now();
    ++endpoint->users;
    if (tries_used_ > 1) worker_.counters().retries.add();
    if (connect(*endpoint)) break;
    note_failure(Failure::kConnect);
    if (tries_used_ == kTriesMax) return give_up(Failure::kConnect);
  }
  if (!upstream_->connected()) return;
  current().connect_ns = 0;
  send_request();
}

/// Endpoints may have come and gone since the request was routed; the version stays.
Endpoint* Exchange::pick() {
  std::array<Endpoint*, kTriesMax> tried{};
  for (size_t i = 0; i < tries_used_; ++i) tried[i] = tries_[i].endpoint;
  const TableLease& newest = worker_.router().table();
  const route::BackendId id = routed_.backend;
  const bool known =
      id < newest->backends.capacity() && newest->ready(id) && same_service(newest->backend(id), routed_.table->backend(id));
  const PickInput input{worker_.loop().now(), worker_.router().rng(), routed_.balance_key, {tried.data(), tries_used_}};
  return worker_.backends().get(known ? *newest : *routed_.table, id, input.rng).pick(input);
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
  start.upgrade = upgrade_asked();
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

/// A backend that speaks HTTP/2 would take what follows for requests that nobody has looked at.
std::string_view Exchange::upgrade_asked() const {
  return http::equal_names(head_->upgrade, "h2c") ? std::string_view() : head_->upgrade;
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
    --tries_used_;
    return next_try();
  }
  note_failure(failure);
  if (head_sent_) return cut();
  if (may_retry(failure)) return next_try();
  give_up(failure);
}

bool Exchange::may_send_again() const { return !head_sent_ && (!sent_ || (is_repeatable(head_->method) && replayable_)); }

bool Exchange::may_retry(Failure failure) const {
  if (tries_used_ == kTriesMax || failure == Failure::kBadResponse) return false;
  return may_send_again();
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
