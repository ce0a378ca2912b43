// Handlers: every request of the Kubernetes API that has one answer (all but watches): discovery, reads, writes. Lives longer than
// the requests it was given; one thread (that of `World::post`), which it never blocks: writes are answered later.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apiserver/catalog.h"
#include "apiserver/identity.h"
#include "apiserver/target.h"
#include "apiserver/writing.h"
#include "httpd/message.h"
#include "store/store.h"

namespace graylane::apiserver {

using Reply = std::function<void(httpd::Response)>;

/// Of a path about one kind.
struct Place {
  Target target;
  const api::Kind* kind = nullptr;
};

class Handlers {
 public:
  /// `kinds` and `store` must outlive it, and the writes under way.
  Handlers(const api::Kinds& kinds, store::Store& store, World world);

  /// `reply` is called once, at once or later.
  void answer(const httpd::Request& request, const Identity& identity, const Reply& reply);

  /// Whether a request is for a watch, and of what; nothing: answer() has its answer.
  std::optional<Place> watched(const httpd::Request& request) const;

  store::Store& store() { return store_; }
  const World& world() const { return world_; }

 private:
  std::optional<httpd::Response> fixed_path(const httpd::Request& request) const;
  httpd::Response discovery(const httpd::Request& request, bool core) const;
  Outcome<httpd::Response> group_path(const httpd::Request& request) const;
  Outcome<Place> place_of(const Target& target) const;
  void at_place(const httpd::Request& request, const Identity& identity, const Place& place, const Reply& reply);
  Outcome<httpd::Response> read(const httpd::Request& request, const Place& place);

  const Catalog catalog_;
  store::Store& store_;
  const World world_;
};

}  // namespace graylane::apiserver
