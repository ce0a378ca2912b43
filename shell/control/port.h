// Client: how controllers and sources reach the objects. One interface, several transports: in process to an embedded
// store, HTTP to a real API server; callers see no difference. Typed views of what is read are in core/api.
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

/// How an object is deleted, as an API does: what keeps it is let finish, and it is marked (metadata.deletionTimestamp) until then.
/// That are its finalizers, and of a Pod its processes; what nothing keeps is removed.
struct Deletion {
  enum class Dependents : uint8_t { kBackground, kForeground, kOrphan };

  Dependents dependents = Dependents::kBackground;  // what it owns goes after it, before it, or stays behind
  std::optional<int32_t> grace_seconds = {};        // that a Pod has to end; absent: as it says itself
  std::chrono::sys_seconds now = {};                // for metadata; a real API server takes its own time
};

/// One change: of a batch, or to be carried out by itself (make_change()).
struct Change {
  enum class Verb : uint8_t { kCreate, kUpdate, kStatus, kApply, kPatch, kDelete, kRemove };

  Verb verb = Verb::kApply;
  api::Object object;  // for kPatch, kDelete and kRemove only its key and revision (the one expected, 0: any) are read
  Patch part = {};     // of kPatch
  Deletion end = {};   // of kDelete

  static Change create(api::Object object) { return {Verb::kCreate, std::move(object)}; }
  static Change update(api::Object object) { return {Verb::kUpdate, std::move(object)}; }
  static Change status(api::Object object) { return {Verb::kStatus, std::move(object)}; }
  static Change apply(api::Object object) { return {Verb::kApply, std::move(object)}; }
  static Change patch(api::ObjectKey key, Patch patch, uint64_t revision = 0) {
    Change change = of(Verb::kPatch, std::move(key), revision);
    change.part = std::move(patch);
    return change;
  }
  static Change deletion(api::ObjectKey key, Deletion deletion, uint64_t revision = 0) {
    Change change = of(Verb::kDelete, std::move(key), revision);
    change.end = deletion;
    return change;
  }
  static Change remove(api::ObjectKey key, uint64_t revision = 0) { return of(Verb::kRemove, std::move(key), revision); }

 private:
  static Change of(Verb verb, api::ObjectKey key, uint64_t revision) {
    Change change{verb, {}};
    change.object.key = std::move(key);
    change.object.revision = revision;
    return change;
  }
};

/// How many Pods a workload has, of whatever kind.
struct Scale {
  int32_t wanted = 0;   // spec.replicas
  int32_t present = 0;  // status.replicas
};

/// What a batch came to.
struct Written {
  std::vector<api::ObjectPtr> objects;  // per change: the object as it now is; for kRemove as it last was
  uint64_t revision = 0;                // of the store; as before when nothing changed
};

/// Errors of all methods: kInvalid (no name or kind), kUnavailable (the transport failed; the write may or may not have
/// happened), and those named below. A write that leaves an object as it is (content, version, and for objects from a
/// file the file, positions and age) is no change: no new revision, no event. What a write has done is shown by all reads and
/// watches that begin after it returned, and by the next next() of those that had begun.
///
/// Who implements a transport to a real API server: what people write there and what it writes itself (uid, generation, times,
/// managedFields) comes back as it is; the revision is metadata.resourceVersion, which is left out of the content; writes
/// return when the transport's own watches have shown them; a selector without a kind is kUnsupported.
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
  /// Replaces the object; its status too, where the transport has no endpoint for that (who changes both for any transport calls
  /// update_status() as well). kNotFound; kConflict when Object::revision is neither 0 nor the stored one.
  virtual Result<api::ObjectPtr> update(api::Object object) = 0;
  /// Creates or replaces the object, whatever is stored. Object::revision is ignored.
  virtual Result<api::ObjectPtr> apply(api::Object object) = 0;
  /// Takes the object away and returns its last state: for who has ended what kept it. kNotFound; kConflict when `revision` is
  /// neither 0 nor the stored one.
  virtual Result<api::ObjectPtr> remove(const api::ObjectKey& key, uint64_t revision = 0) = 0;

  // What follows is, unless the transport has ways of its own, a batch of one change.

  /// Changes part of the object, whatever others change meanwhile. Only kApply makes an absent one. kNotFound; kInvalid: the
  /// patch does not fit, or what comes of it breaks the kind's schema; kConflict: fields of others, see Patch::force, or
  /// `revision` is neither 0 nor the stored one; kUnsupported: there is no such subresource.
  virtual Result<api::ObjectPtr> patch(const api::ObjectKey& key, Patch patch, uint64_t revision = 0);
  /// Replaces the status, and nothing else. kNotFound; kConflict as of update(); kUnsupported: the kind has none.
  virtual Result<api::ObjectPtr> update_status(api::Object object);
  /// The object as it is marked, or as it last was. kNotFound; kConflict as of remove(). Again for one that is marked: a shorter
  /// grace_seconds holds.
  virtual Result<api::ObjectPtr> delete_object(const api::ObjectKey& key, Deletion deletion, uint64_t revision = 0);

  /// kNotFound; kUnsupported: the kind has none.
  virtual Result<Scale> scale(const api::ObjectKey& key);
  /// `manager`: as of Patch.
  virtual Result<Scale> set_scale(const api::ObjectKey& key, int32_t wanted, std::string manager = {});

  /// All changes or, when one of them fails, none; visible together under one revision. A key may occur once (else
  /// kInvalid). kUnsupported where the transport has no batches: a real API server has none.
  virtual Result<Written> write(std::vector<Change> changes) = 0;
};

/// One change, by the method that is for it.
Result<api::ObjectPtr> make_change(Client& client, Change change);

}  // namespace graylane::control
