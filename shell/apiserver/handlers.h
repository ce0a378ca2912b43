// Handlers: every request of the Kubernetes API that has one answer (all but watches): discovery, reads, writes. Lives longer than
// the requests it was given; one thread (that of `World::post`), which it never blocks: writes are answered later.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apiserver/catalog.h"
#include "apiserver/custom_kinds.h"
#include "apiserver/eviction.h"
#include "apiserver/openapi.h"
#include "apiserver/target.h"
#include "apiserver/writing.h"
#include "httpd/message.h"
#include "identity/identity.h"
#include "store/store.h"

namespace graylane::apiserver {

using Reply = std::function<void(httpd::Response)>;

/// Of a path about one kind.
struct Place {
  Target target;
  const api::Kind* kind = nullptr;
  std::shared_ptr<const Catalog> catalog = nullptr;  // that the kind is of, and keeps it alive
};

class Handlers {
 public:
  /// `kinds` and `store` must outlive it, and the writes under way.
  Handlers(const api::Kinds& kinds, store::Store& store, World world);

  /// `reply` is called once, at once or later.
  void answer(const httpd::Request& request, const identity::Identity& identity, const Reply& reply);

  /// Whether a request is for a watch, and of what; nothing: answer() has its answer.
  std::optional<Place> watched(const httpd::Request& request);

  /// Whether there still is what was there when a request came.
  bool serves(const Place& place);

  store::Store& store() { return store_; }
  const World& world() const { return world_; }

 private:
  void answer_plainly(const httpd::Request& request, const identity::Identity& identity, const Reply& reply);
  std::optional<httpd::Response> fixed_path(const httpd::Request& request) const;
  httpd::Response discovery(const httpd::Request& request, bool core) const;
  Outcome<httpd::Response> group_path(const httpd::Request& request) const;
  Outcome<Place> place_of(const Target& target) const;
  void at_place(const httpd::Request& request, const identity::Identity& identity, const Place& place, const Reply& reply);
  void bind(const httpd::Request& request, const identity::Identity& identity, Target target, const Reply& reply);
  void ask(const httpd::Request& request, const identity::Identity& identity, const Place& place, const Reply& reply);
  Outcome<httpd::Response> read(const httpd::Request& request, const Place& place);
  void write(const httpd::Request& request, const identity::Identity& identity, const Place& place, const Reply& reply);

  OpenApi openapi_;
  store::Store& store_;
  const World world_;
  ServiceAddresses addresses_;
  CustomKinds custom_kinds_;
  Evictions evictions_;
  std::shared_ptr<const Catalog> catalog_;  // of the newest request
};

}  // namespace graylane::apiserver
