// Client: how controllers and sources reach the objects. One interface, several transports: in process to an embedded
// store, HTTP to a real API server; callers see no difference.
//
// Objects are immutable and shared: an ObjectPtr that was handed out never changes, and stays valid after the client is
// gone. A client keeps `content` as it was given: it sets Object::revision and rewrites nothing in metadata
// (resourceVersion, uid, generation and creationTimestamp are what the writer wrote).
//
// Revisions: the store has one revision for all objects. It begins at 0 (empty) and grows with every write that changes
// something, by one step however many objects the write changed (a write that failed may leave a number unused, a restart
// several). Object::revision is the revision that last changed it; nothing in the content repeats it.
//
// Threads: every method of Client and of Watch may be called from any thread at any time. A Watch must be destroyed before
// its Client.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/object.h"
#include "base/error.h"

namespace graylane::control {

/// Which objects a list or a watch is about.
struct Selector {
  std::string group;                     // storage group, as in ObjectKey; "" is the core group
  std::string kind;                      // empty: every kind of every group
  std::optional<std::string> ns;         // absent: all namespaces; "": cluster-scoped objects only
  std::optional<std::string> name = {};  // absent: all names

  bool matches(const api::ObjectKey& key) const {
    return (kind.empty() || (key.kind == kind && key.group == group)) && (!ns || key.ns == *ns) && (!name || key.name == *name);
  }
};

/// All selected objects as they were at `revision`, ordered by key. Watching from `revision` goes on without a gap.
struct Listing {
  std::vector<api::ObjectPtr> items;
  uint64_t revision = 0;
};

enum class EventType {
  kAdded,
  kModified,
  kDeleted,
  kBookmark,  // no object: everything up to `revision` was seen, and nothing more waits at this moment
};

struct Event {
  EventType type = EventType::kBookmark;
  api::ObjectPtr object;  // the new state; for kDeleted the last one (its revision is then older than the event's)
  uint64_t revision = 0;
  bool complete = true;  // no further event of this revision follows: from here a watch may be resumed
  // The state before: null for kAdded, `object` for kDeleted. Where a transport does not know it, null for all.
  api::ObjectPtr previous = {};
};

/// What happens to selected objects from some revision on.
///
/// A watcher sees every change of a selected object exactly once, in order of revision, none left out; events of one batch
/// follow each other in the order of the batch, and all of them are ready when the first one is. Who wants whole batches
/// collects until `complete`.
class Watch {
 public:
  virtual ~Watch() = default;

  /// The next event; nothing when `timeout` (0: do not wait) passed without one. When other objects changed meanwhile a
  /// bookmark is returned instead of nothing, so that the revision to resume from stays young. Two threads on one watch
  /// share its events. Errors are final, the same one comes again: kExpired when the watcher was too slow (or asked for
  /// too old a revision) and the events it needs are no longer kept: list again, then watch from the listing's revision.
  virtual Result<std::optional<Event>> next(std::chrono::milliseconds timeout) = 0;
};

/// One change of a batch.
struct Change {
  enum class Verb { kCreate, kUpdate, kApply, kRemove };

  Verb verb = Verb::kApply;
  api::Object object;  // for kRemove only its key and revision (the one expected, 0: any) are read

  static Change create(api::Object object) { return {Verb::kCreate, std::move(object)}; }
  static Change update(api::Object object) { return {Verb::kUpdate, std::move(object)}; }
  static Change apply(api::Object object) { return {Verb::kApply, std::move(object)}; }
  static Change remove(api::ObjectKey key, uint64_t revision = 0) {
    Change change{Verb::kRemove, {}};
    change.object.key = std::move(key);
    change.object.revision = revision;
    return change;
  }
};

/// What changes part of an object.
struct Patch {
  enum class Type : uint8_t { kJson, kMerge, kStrategic, kApply };

  Type type = Type::kMerge;
  doc::Value body;
  std::string manager = {};      // who owns the fields that it changes; without one, ownership is not noted (kApply needs one)
  bool force = false;            // kApply: fields of others are taken
  std::string subresource = {};  // "": all but the status; "status": nothing else; "scale": `body` is about a Scale
  std::chrono::sys_seconds now = {};  // for metadata.managedFields; a real API server takes its own time
};

/// What a batch came to.
struct Written {
  std::vector<api::ObjectPtr> objects;  // per change: the object as it now is; for kRemove as it last was
  uint64_t revision = 0;                // of the store; as before when nothing changed
};

/// Errors of all methods: kInvalid (no name or kind), kUnavailable (the transport failed; the write may or may not have
/// happened), and those named below. A write that leaves an object as it is (content, version, and for objects from a
/// file the file, positions and age) is no change: no new revision, no event.
class Client {
 public:
  virtual ~Client() = default;

  /// kNotFound.
  virtual Result<api::ObjectPtr> get(const api::ObjectKey& key) = 0;
  virtual Result<Listing> list(const Selector& selector) = 0;
  /// Events after revision `since`. What is wrong with the request is told by the first next().
  virtual std::unique_ptr<Watch> watch(const Selector& selector, uint64_t since) = 0;

  /// kAlreadyExists. Object::revision is ignored.
  virtual Result<api::ObjectPtr> create(api::Object object) = 0;
  /// Replaces the object, its status too. kNotFound; kConflict when Object::revision is neither 0 nor the stored one.
  virtual Result<api::ObjectPtr> update(api::Object object) = 0;
  /// Creates or replaces the object, whatever is stored. Object::revision is ignored.
  virtual Result<api::ObjectPtr> apply(api::Object object) = 0;
  /// Deletes the object and returns its last state. kNotFound; kConflict when `revision` is neither 0 nor the stored one.
  virtual Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision = 0) = 0;

  /// Changes part of the object, whatever others change meanwhile: tried again, a bounded number of times. Only kApply makes
  /// an absent one. kNotFound; kInvalid: the patch does not fit, or what comes of it breaks the kind's schema; kConflict: fields
  /// of others, see Patch::force; kUnsupported: there is no such subresource.
  virtual Result<api::ObjectPtr> patch(const api::ObjectKey& key, const Patch& patch);
  /// Replaces the status, and nothing else. kNotFound; kConflict as of update().
  virtual Result<api::ObjectPtr> update_status(api::Object object);

  /// All changes or, when one of them fails, none; visible together under one revision. A key may occur once (else
  /// kInvalid). kUnsupported where the transport has no batches: a real API server has none.
  virtual Result<Written> write(std::vector<Change> changes) = 0;
};

}  // namespace graylane::control
