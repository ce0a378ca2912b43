// Backends: what one worker knows of the table's backends while it runs: their endpoints, whose turn it is, rings. Looked up
// when a request needs one: a new table costs nothing until then, and a backend that did not change keeps its state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/endpoint.h"
#include "gateway/hash_ring.h"
#include "route/split.h"
#include "route/table.h"

namespace graylane::gateway {

class UpstreamPool;

struct PickInput {
  net::Instant now;
  route::Rng& rng;
  std::string_view key;              // of a consistent hash or an affinity cookie; empty: none
  std::span<Endpoint* const> tried;  // by this request; asked again only when there is no other
};

class Backend {
 public:
  Backend(route::BackendPtr description, UpstreamPool& pool, uint32_t first_turn);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const route::Backend& description() const { return *description_; }
  bool is(const route::BackendPtr& description) const { return description_ == description; }
  /// nullptr: it has no endpoint with an address.
  Endpoint* pick(const PickInput& input);
  /// The first one on the ring for this key, whatever its state. nullptr: it has no endpoints.
  Endpoint* owner(std::string_view key);
  std::span<Endpoint* const> endpoints() const { return endpoints_; }

 private:
  Endpoint* pick_where(const PickInput& input, bool allow_tried, bool allow_ejected);
  Endpoint* round_robin(const PickInput& input, bool allow_tried, bool allow_ejected);
  Endpoint* least_request(const PickInput& input, bool allow_tried, bool allow_ejected);
  Endpoint* by_hash(const PickInput& input, bool allow_tried, bool allow_ejected);
  const HashRing& ring();

  route::BackendPtr description_;
  std::vector<Endpoint*> endpoints_;
  uint32_t turn_;
  std::optional<HashRing> ring_;  // over endpoints, or over subsets of them
  uint32_t subset_size_ = 1;
};

class Backends {
 public:
  explicit Backends(UpstreamPool& pool) : pool_(pool) {}

  Backend& get(const route::Table& table, route::BackendId id, route::Rng& rng);
  /// Lets go of what the table no longer has. A part of them at each call.
  void sweep(const route::Table& table);

 private:
  static constexpr size_t kSweptAtOnce = 4096;
  UpstreamPool& pool_;
  std::vector<std::unique_ptr<Backend>> by_id_;
  size_t swept_ = 0;
};

}  // namespace graylane::gateway
