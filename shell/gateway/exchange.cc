#include "gateway/exchange.h"

#include "gateway/answer.h"
#include "gateway/cookies.h"
#include "gateway/worker.h"

namespace graylane::gateway {

void Exchange::clear() {
  head_ = refused_head_ = nullptr;
  refused_why_ = {};
  routed_.clear();
  own_request_id_.clear();
  fields_.request_id = {};
  request_bytes_ = response_bytes_ = body_bytes_ = 0;
  body_done_ = continued_ = false;
  replayable_ = true;
  replay_.clear();
  if (replay_.capacity() > kReplayBytesMax) replay_.shrink_to_fit();
  trailers_.clear();
  upstream_ready_ = sent_ = pooled_ = avoid_pool_ = false;
  for (const Try& attempt : tries_) --attempt.endpoint->users;
  tries_.clear();
  status_ = 0;
  head_sent_ = over_ = tunnel_ = client_finished_ = upstream_finished_ = false;
}

void Exchange::begin(const http::RequestHead& head, const Caller& caller, net::Instant first_byte, size_t head_bytes) {
  head_ = &head;
  caller_ = caller;
  first_byte_ = first_byte;
  request_bytes_ = head_bytes;
  body_done_ = head.framing == http::Framing::kNone || (head.framing == http::Framing::kLength && head.content_length == 0);
  worker_.router().route(head, caller, worker_.loop().now(), routed_);
  if (head.method == "TRACE") routed_.status = 405;  // would show a caller what the gateway adds
  if (routed_.status == 0 && over_body_limit(head.content_length)) routed_.status = 413;
  // HTTP/1.0 has no way to send a body whose length is not known at its beginning.
  if (routed_.status == 0 && routed_.policy->http_1_0 && head.framing == http::Framing::kChunked) routed_.status = 411;
  if (routed_.status != 0) return answer(routed_.status);
  make_fields();
  next_try();
}

bool Exchange::over_body_limit(uint64_t bytes) const {
  const uint64_t max = routed_.policy == nullptr ? 0 : routed_.policy->body_bytes_max;
  return max != 0 && bytes > max;
}

void Exchange::refuse(http::Refusal refusal, const http::RequestHead& head, const Caller& caller, net::Instant first_byte,
                      size_t bytes) {
  caller_ = caller;
  first_byte_ = first_byte;
  request_bytes_ = bytes;
  refused_head_ = &head;
  refused_why_ = refusal.why;
  body_done_ = true;
  worker_.counters().refuse(refusal.status);
  answer(refusal.status);
}

void Exchange::make_fields() {
  const route::ListenerOptions& options = *routed_.table->listener;
  if (options.generate_request_id) {
    append_hex(worker_.router().rng().next(), own_request_id_);
    append_hex(worker_.router().rng().next(), own_request_id_);
  }
  const Told told{own_request_id_, routed_.client,           routed_.forwarded_host, routed_.forwarded_port,
                  routed_.scheme,  routed_.forwarded_prefix, routed_.forwarded_for,  routed_.original_uri};
  make_request_fields(head_->fields, head_->plain_names, told, options, fields_);
}

/// The gateway's own answer.
void Exchange::answer(uint16_t status) {
  const bool bodiless = status < 200 || status == 204 || status == 304;
  const std::string_view page = bodiless ? std::string_view() : page_of(status, worker_.page());
  std::vector<HeaderField>& fields = worker_.answer_fields();
  fields.clear();
  if (!bodiless) fields.push_back({"Content-Type", "text/html"});
  if (!routed_.location.empty()) fields.push_back({"Location", routed_.location});
  if (routed_.table && !routed_.table->listener->server.empty()) fields.push_back({"Server", routed_.table->listener->server});
  const bool only_head = head_ != nullptr && head_->method == "HEAD";
  ResponseStart start;
  start.status = status_ = status;
  start.reason = reason_of(status);
  start.last = status == 400 || status == 414;  // who sends such a request may see its end elsewhere
  start.fields = fields;
  start.body = {!only_head && !bodiless, bodiless ? std::nullopt : std::optional<uint64_t>(page.size())};
  head_sent_ = true;
  client_.send_head(start);
  if (start.body.follows) {
    response_bytes_ = page.size();
    client_.send_body(page);
  }
  end({});
}

/// Nothing of this exchange is touched afterwards.
void Exchange::end(std::string_view trailers) {
  release_upstream();
  over_ = true;
  record();
  client_.send_end(trailers);
}

// ---- the request's body ----

bool Exchange::accepts_body() const { return over_ || (upstream_ != nullptr && upstream_ready_ && !upstream_->blocked()); }

void Exchange::on_body(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (over_) return;
  if (!tunnel_ && over_body_limit(body_bytes_)) return on_bad_body(413);
  if (!tunnel_ && replayable_) {
    replayable_ = replay_.size() + bytes.size() <= kReplayBytesMax;
    if (replayable_) replay_.append(bytes);
  }
  upstream_->send_body(bytes);
}

void Exchange::on_body_end(std::string_view trailers) {
  if (over_) return;
  body_done_ = true;
  trailers_ = trailers;
  upstream_->send_end(trailers);
}

/// Not before the request can no longer be sent again.
Connection* Exchange::body_target() { return over_ || replayable_ || upstream_ == nullptr ? nullptr : upstream_->raw_target(); }

void Exchange::on_body_moved(size_t bytes) { body_bytes_ += bytes; }

void Exchange::on_bad_body(uint16_t status) {
  if (over_) return;
  worker_.counters().refuse(status);
  release_upstream();
  if (!head_sent_) return answer(status);
  cut();
}

void Exchange::cut() {
  over_ = true;
  record();
  client_.cut();
}

void Exchange::on_client_drained() {
  if (upstream_ != nullptr) upstream_->read_later();
}

void Exchange::on_client_gone() {
  if (over_) return;
  release_upstream();
  over_ = true;
  if (!tunnel_) {
    worker_.counters().client_aborts.add();
    if (!head_sent_) status_ = kStatusClientGone;
  }
  record();
}

void Exchange::on_client_finished() {
  client_finished_ = true;
  if (upstream_finished_) return end({});
  upstream_->finish_tunnel();
}

// ---- the answer ----

void Exchange::on_connected() {
  current().connect_ns = nanoseconds_since(current().asked);
  send_request();
}

void Exchange::on_upstream_drained() { client_.read_later(); }

void Exchange::on_response_head(const http::ResponseHead& head) {
  Try& now = current();
  now.header_ns = nanoseconds_since(now.asked);
  now.status = head.status;
  now.endpoint->succeeded(std::chrono::nanoseconds(now.header_ns));
  if (head.status == 101 && (!may_tunnel() || head.upgrade.empty())) return on_bad_upgrade();
  if (may_retry_status(head.status)) {
    now.response_ns = now.header_ns;
    release_upstream();
    return next_try();
  }
  std::vector<HeaderField>& fields = worker_.answer_fields();
  make_response_fields(head.fields, fields);
  const route::ListenerOptions& options = *routed_.table->listener;
  if (options.edits_answers()) edit_response_fields(head.fields, options, fields);
  std::list<std::string> texts;
  if (routed_.policy->response_edits) edit_fields(fields, texts);
  add_cookies(fields, texts);
  ResponseStart start;
  start.status = status_ = head.status;
  start.reason = head.reason;
  start.fields = fields;
  start.body.follows = head.framing != http::Framing::kNone;
  if (head.has_length && head.status != 204 && head.status >= 200) start.body.length = head.content_length;
  start.upgrade = head.status == 101 ? head.upgrade : std::string_view();
  head_sent_ = true;
  client_.send_head(start);
  if (head.status == 101) start_tunnel();
}

/// Nobody asked for it.
void Exchange::on_bad_upgrade() {
  release_upstream();
  answer(502);
}

void Exchange::start_tunnel() {
  tunnel_ = true;
  worker_.counters().upgrades.add();
  upstream_->start_tunnel();
  client_.start_tunnel();
  client_.read_later();
}

void Exchange::on_response_body(std::string_view bytes) {
  response_bytes_ += bytes.size();
  current().bytes += bytes.size();
  client_.send_body(bytes);
}

void Exchange::on_response_moved(size_t bytes) {
  response_bytes_ += bytes;
  current().bytes += bytes;
  client_.on_body_moved(bytes);
}

void Exchange::on_response_end(std::string_view trailers) {
  current().response_ns = nanoseconds_since(current().asked);
  if (tunnel_) {
    upstream_finished_ = true;
    if (!client_finished_) return client_.finish_tunnel();
  }
  end(trailers);
}

uint64_t Exchange::nanoseconds_since(net::Instant begin) const {
  return static_cast<uint64_t>((worker_.loop().now() - begin).count());
}

}  // namespace graylane::gateway
