// Exchange: one request and its answer, between a client's side and an upstream's. It decides: where the request goes, what the
// gateway answers itself, which endpoint is asked and asked again, when either side waits for the other, and what is counted.
// It knows no framing. Owned by the client's side and used for one request after another; one worker's thread.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange_sides.h"
#include "gateway/fields.h"
#include "gateway/router.h"
#include "gateway/upstream_connection.h"
#include "http/h1_head.h"
#include "net/timer_wheel.h"
#include "telemetry/access_entry.h"
#include "telemetry/series.h"

namespace graylane::gateway {

class Backend;
struct PickInput;
class Worker;

/// nginx's status, in logs only, of a request whose client did not wait for the answer.
inline constexpr uint16_t kStatusClientGone = 499;

/// A longer request body is not kept, and its request not sent twice.
inline constexpr size_t kReplayBytesMax = 64 * 1024;

class Exchange {
 public:
  Exchange(Worker& worker, ClientSide& client) : worker_(worker), client_(client) {}

  // ---- by the client's side ----
  /// A whole head is there. `head` stays as it is until the exchange is over.
  void begin(const http::RequestHead& head, const Caller& caller, net::Instant first_byte, size_t head_bytes);
  /// What came is no request. `head`: as far as it was read; `why`: static text.
  void refuse(http::Refusal refusal, const http::RequestHead& head, const Caller& caller, net::Instant first_byte, size_t bytes);
  /// Of the request's body.
  bool accepts_body() const;
  void on_body(std::string_view bytes);
  void on_body_end(std::string_view trailers);
  /// Where the body may go without being looked at; nullptr: here. Then on_body_moved() instead of on_body().
  Connection* body_target();
  void on_body_moved(size_t bytes);
  /// The body breaks a limit or its framing, or did not come.
  void on_bad_body(uint16_t status);
  void on_client_drained();
  void on_client_gone();
  /// In the tunnel: FIN.
  void on_client_finished();
  /// Forgets everything, for the next request.
  void clear();

  // ---- by the upstream's side ----
  void on_connected();
  void on_upstream_drained();
  bool accepts_response() const { return !client_.blocked(); }
  size_t response_head_bytes_max() const { return routed_.policy->response_head_bytes_max; }
  void on_response_head(const http::ResponseHead& head);
  void on_response_body(std::string_view bytes);
  void on_response_end(std::string_view trailers);
  /// The same for the answer.
  Connection* response_target() { return head_sent_ ? client_.raw_target() : nullptr; }
  void on_response_moved(size_t bytes);
  void on_upstream_failed(Failure failure);

 private:
  struct Try {
    Endpoint* endpoint = nullptr;
    net::Instant asked;
    uint64_t connect_ns = telemetry::kNoTime;
    uint64_t header_ns = telemetry::kNoTime;
    uint64_t response_ns = telemetry::kNoTime;
    uint64_t bytes = 0;
    uint16_t status = 0;
  };

  // exchange.cc
  void make_fields();
  bool over_body_limit(uint64_t bytes) const;
  void answer(uint16_t status);
  void end(std::string_view trailers);
  void cut();
  void on_bad_upgrade();
  void start_tunnel();
  uint64_t nanoseconds_since(net::Instant begin) const;

  // exchange_edits.cc
  void edit_fields(std::vector<HeaderField>& fields, std::list<std::string>& texts);
  void add_cookies(std::vector<HeaderField>& fields, std::list<std::string>& texts);

  // exchange_affinity.cc
  Endpoint* pick_by_cookie(Backend& backend, PickInput input);
  Endpoint* pick_by_name(Backend& backend, PickInput input);

  // exchange_tries.cc
  void next_try();
  Endpoint* pick();
  bool connect(Endpoint& endpoint);
  void send_request();
  std::string_view upgrade_asked() const;
  bool may_tunnel() const;
  const route::Retry& retry() const;
  bool may_send_again() const;
  bool tries_left() const;
  bool may_retry(Failure failure) const;
  bool may_retry_status(uint16_t status) const;
  void give_up(Failure failure);
  void note_failure(Failure failure);
  void release_upstream();
  Try& current() { return tries_.back(); }

  // exchange_record.cc
  void record();
  telemetry::Series* series() const;
  void log(uint64_t duration_ns);

  Worker& worker_;
  ClientSide& client_;

  // the request
  const http::RequestHead* head_ = nullptr;          // nullptr: there was none that could be read
  const http::RequestHead* refused_head_ = nullptr;  // then as far as it could be
  std::string_view refused_why_;
  Caller caller_;
  net::Instant first_byte_;
  uint64_t request_bytes_ = 0;
  Routed routed_;
  std::string own_request_id_;
  RequestFields fields_;

  // its body
  bool body_done_ = false;
  bool continued_ = false;
  bool replayable_ = true;  // all of the body that was sent is in replay_
  uint64_t body_bytes_ = 0;
  std::string replay_;
  std::string trailers_;

  // tries
  UpstreamConnection* upstream_ = nullptr;
  bool upstream_ready_ = false;  // connected, and has got the head
  bool sent_ = false;            // some of the request may have reached an endpoint
  bool pooled_ = false;          // the present connection was used before
  bool avoid_pool_ = false;      // a pooled connection was closed under us
  std::vector<Try> tries_;       // a pooled connection that turned out to be closed does not count

  // the answer
  uint16_t status_ = 0;
  uint64_t response_bytes_ = 0;  // of the body
  bool head_sent_ = false;
  bool over_ = false;
  bool tunnel_ = false;
  bool client_finished_ = false;  // in the tunnel
  bool upstream_finished_ = false;
};

}  // namespace graylane::gateway
