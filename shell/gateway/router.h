// Router: one worker's way from a request's head to what is to be done with it. Holds the worker's present table and everything
// that routing keeps between requests: scratch memory, draws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/splits.h"
#include "gateway/table_lease.h"
#include "http/h1_head.h"
#include "route/match.h"

namespace graylane::gateway {

/// Who sent a request, and where it came in.
struct Caller {
  route::Address address;
  std::string_view address_text;
  uint16_t listener_port = 0;
  bool tls = false;
};

/// What is to be done with one request. Kept for the next request, so that its texts keep their memory.
struct Routed {
  TableLease table;
  const route::Host* host = nullptr;      // nullptr: refused before any host was looked up
  const route::Rule* rule = nullptr;      // nullptr: none matched
  const route::Policy* policy = nullptr;  // with `rule`
  const route::Split* split = nullptr;
  uint16_t status = 0;   // the gateway answers itself; 0: forward
  std::string location;  // of that answer; empty: none
  // to forward
  route::BackendId backend = route::kNoIndex;
  route::BackendId stable = route::kNoIndex;  // the main version's, when a split decided; else as `backend`
  route::Role role = route::Role::kStable;
  bool by_weight = false;   // of a split: no header and no cookie decided
  std::string_view target;  // of the request's bytes, or of own_target
  std::string_view host_name;
  std::string_view forwarded_host;  // X-Forwarded-Host: what the client asked for, whatever host_name is
  std::string own_target;
  std::string own_host;
  std::string own_forwarded_host;
  std::string forwarded_prefix;  // X-Forwarded-Prefix; empty: none
  std::string_view scheme;       // as backends are told
  std::string_view client;       // address, after trusted headers
  std::string own_scheme;
  std::string own_client;
  std::string forwarded_port;
  std::string forwarded_for;                  // X-Forwarded-For; empty: as `client`
  std::string_view original_uri;              // X-Original-URI; empty: none
  std::string balance_key;                    // of a consistent hash or an affinity cookie; empty: none
  const route::Affinity* affinity = nullptr;  // a cookie chooses the endpoint
  std::string_view affinity_backend;          // second part of its value
  bool affinity_sent = false;                 // the client's own cookie chooses; else a new one may be given
  std::string sticky_cookie;                  // Set-Cookie of the answer, of a sticky split; empty: none

  void clear();
};

class Router {
 public:
  explicit Router(uint64_t seed) : splits_(seed) {}

  void set_table(route::TablePtr table) { table_ = TableLease(std::move(table)); }
  const TableLease& table() const { return table_; }
  Splits& splits() { return splits_; }
  route::Rng& rng() { return splits_.rng(); }

  /// `head` and `caller` must live as long as `routed` is used.
  void route(const http::RequestHead& head, const Caller& caller, net::Instant now, Routed& routed);
  /// The Location that the client gets for the backend's; false: as it is.
  bool edit_location(const http::RequestHead& head, const Caller& caller, const Routed& routed, std::string_view location,
                     std::string& out);

 private:
  struct Input;
  void forward(const Input& input, const route::Match& match, Routed& routed);
  void draw(const Input& input, route::Match& match, Routed& routed);
  void set_affinity(const Input& input, Routed& routed);
  void edit(const Input& input, const route::Match& match, Routed& routed);
  void tell_of_client(const Input& input, Routed& routed);
  void set_balance_key(const Input& input, Routed& routed);
  std::string_view draw_key(const Input& input, const route::Sticky& sticky, Routed& routed);

  TableLease table_;
  route::Scratch scratch_;
  Splits splits_;
};

}  // namespace graylane::gateway
