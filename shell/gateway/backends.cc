#include "gateway/backends.h"

#include <algorithm>

#include "gateway/upstream_pool.h"

namespace graylane::gateway {

namespace {

bool allowed(Endpoint* endpoint, const PickInput& input, bool allow_tried, bool allow_ejected) {
  if (!allow_ejected && endpoint->ejected(input.now)) return false;
  return allow_tried || std::ranges::find(input.tried, endpoint) == input.tried.end();
}

/// What a further request would have to wait for.
double load_of(const Endpoint& endpoint) {
  constexpr std::chrono::nanoseconds kUnknown = std::chrono::microseconds(100);
  const auto time = std::max(endpoint.answer_time, kUnknown);
  return static_cast<double>(time.count()) * (endpoint.in_flight + 1);
}

}  // namespace

Backend::Backend(route::BackendPtr description, UpstreamPool& pool, uint32_t first_turn)
    : description_(std::move(description)), turn_(first_turn) {
  for (const route::BackendEndpoint& endpoint : description_->endpoints) {
    const auto address = net::SocketAddress::from_ip(endpoint.address, endpoint.port);
    if (!address) continue;  // planned, or a name: there is nothing to connect to
    endpoints_.push_back(&pool.endpoint(*address));
    ++endpoints_.back()->users;
  }
}

Backend::~Backend() {
  for (Endpoint* endpoint : endpoints_) --endpoint->users;
}

Endpoint* Backend::pick(const PickInput& input) {
  if (endpoints_.empty()) return nullptr;
  // The last endpoint is never ejected: one that may be sick is better than none.
  for (const auto& [tried, ejected] : {std::pair(false, false), std::pair(false, true), std::pair(true, false)}) {
    if (Endpoint* found = pick_where(input, tried, ejected)) return found;
  }
  return pick_where(input, true, true);
}

Endpoint* Backend::pick_where(const PickInput& input, bool allow_tried, bool allow_ejected) {
  if (endpoints_.size() == 1) {
    return allowed(endpoints_[0], input, allow_tried, allow_ejected) ? endpoints_[0] : nullptr;
  }
  if (!input.key.empty()) return by_hash(input, allow_tried, allow_ejected);
  if (description_->balance == route::LoadBalance::kEwma) return least_request(input, allow_tried, allow_ejected);
  return round_robin(input, allow_tried, allow_ejected);
}

Endpoint* Backend::round_robin(const PickInput& input, bool allow_tried, bool allow_ejected) {
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    turn_ = (turn_ + 1) % static_cast<uint32_t>(endpoints_.size());
    if (allowed(endpoints_[turn_], input, allow_tried, allow_ejected)) return endpoints_[turn_];
  }
  return nullptr;
}

/// The better one of two at random: as good as looking at all, and no herd runs to the one that looks best.
Endpoint* Backend::least_request(const PickInput& input, bool allow_tried, bool allow_ejected) {
  const uint64_t size = endpoints_.size();
  const uint64_t first = input.rng.below(size);
  const uint64_t second = (first + 1 + input.rng.below(size - 1)) % size;
  Endpoint* a = endpoints_[first];
  Endpoint* b = endpoints_[second];
  if (load_of(*b) < load_of(*a)) std::swap(a, b);
  if (allowed(a, input, allow_tried, allow_ejected)) return a;
  if (allowed(b, input, allow_tried, allow_ejected)) return b;
  return round_robin(input, allow_tried, allow_ejected);
}

/// Without subsets each endpoint is a subset of its own.
Endpoint* Backend::by_hash(const PickInput& input, bool allow_tried, bool allow_ejected) {
  Endpoint* found = nullptr;
  ring().find(input.key, [&](uint32_t subset) {
    const size_t begin = size_t{subset} * subset_size_;
    const size_t size = std::min<size_t>(subset_size_, endpoints_.size() - begin);
    const size_t from = size > 1 ? input.rng.below(size) : 0;
    for (size_t i = 0; i < size && found == nullptr; ++i) {
      Endpoint* endpoint = endpoints_[begin + (from + i) % size];
      if (allowed(endpoint, input, allow_tried, allow_ejected)) found = endpoint;
    }
    return found != nullptr;
  });
  return found;
}

Endpoint* Backend::owner(std::string_view key) {
  if (endpoints_.size() < 2) return endpoints_.empty() ? nullptr : endpoints_[0];
  Endpoint* found = nullptr;
  ring().find(key, [&](uint32_t subset) {
    found = endpoints_[size_t{subset} * subset_size_];
    return true;
  });
  return found;
}

const HashRing& Backend::ring() {
  if (!ring_) {
    subset_size_ = std::max<uint32_t>(1, description_->hash_subset_size);
    std::ranges::sort(endpoints_, {}, &Endpoint::text);  // the same subsets in every worker and gateway
    std::vector<std::string_view> names;
    for (size_t i = 0; i < endpoints_.size(); i += subset_size_) names.emplace_back(endpoints_[i]->text);
    ring_.emplace(names);
  }
  return *ring_;
}

Backend& Backends::get(const route::Table& table, route::BackendId id, route::Rng& rng) {
  if (by_id_.size() <= id) by_id_.resize(table.backends.capacity());
  std::unique_ptr<Backend>& known = by_id_[id];
  const route::BackendPtr& current = table.backends[id];
  if (!known || !known->is(current)) {
    // A random first turn: workers would otherwise all begin with the first endpoint.
    known = std::make_unique<Backend>(current, pool_, static_cast<uint32_t>(rng.below(1U << 16)));
  }
  return *known;
}

void Backends::sweep(const route::Table& table) {
  const size_t count = std::min(kSweptAtOnce, by_id_.size());
  for (size_t i = 0; i < count; ++i) {
    swept_ = (swept_ + 1) % by_id_.size();
    std::unique_ptr<Backend>& known = by_id_[swept_];
    if (known && (swept_ >= table.backends.capacity() || !known->is(table.backends[swept_]))) known.reset();
  }
}

}  // namespace graylane::gateway
