// RouteFeed: the route table for the objects behind a client. It lists and watches the kinds that routing depends on and
// gives what changed to the compiler. Level-based: the table follows from the objects alone, however the feed came to know
// them. Lives at most as long as its client; one thread at a time. It never waits: who wants to wait calls poll() again.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "control/port.h"
#include "dialect/ingress_nginx/compiler.h"
#include "route/table.h"

namespace graylane::control {

/// Whether what was written is not in force: an object, a path, or an annotation's value.
bool harms(const Diagnostic& diagnostic);

class RouteFeed {
 public:
  RouteFeed(Client& client, ingress_nginx::Options options);

  /// Takes in what changed since the last call. The same pointer as last time when nothing did. After an error the last
  /// table is still right for the objects it was made from; the next call goes on where this one stopped.
  Result<route::TablePtr> poll();

  /// Of the store: the table that poll() returned last has seen everything up to it.
  uint64_t revision() const;

  /// What should refuse these changes, as an admission webhook: what harms() that they would bring to objects that are there
  /// and have no such; when they also remove what is in force, that of new objects too, as an object that is moved or renamed
  /// is a new one. All are returned as errors. Changes that only add harm nobody: what is wrong with them is left to
  /// diagnostics(). Nothing is changed.
  Result<Diagnostics> preview(const std::vector<Change>& changes);

  /// What the authors of the present objects should know, in order of file and line. Valid after poll().
  Diagnostics diagnostics() const { return compiler_.diagnostics(); }

 private:
  struct ByKey {
    bool operator()(const api::ObjectPtr& a, const api::ObjectPtr& b) const { return a->key < b->key; }
  };
  using Objects = std::set<api::ObjectPtr, ByKey>;  // a third of the memory of their keys: the objects are kept anyway

  struct Stream {
    Selector selector;
    std::unique_ptr<Watch> watch;  // null: to be listed
    Objects known;
    uint64_t revision = 0;  // everything up to it was seen
  };

  Result<void> catch_up(Stream& stream);
  Result<void> list(Stream& stream);
  Result<void> drain(Stream& stream);
  void take(Stream& stream, const Event& event);
  void put_or_remove(const api::ObjectKey& key, const api::ObjectPtr& object);
  bool level() const;

  Client& client_;
  ingress_nginx::Compiler compiler_;
  std::vector<Stream> streams_;
  route::TablePtr table_;
  bool changed_ = true;
};

}  // namespace graylane::control
