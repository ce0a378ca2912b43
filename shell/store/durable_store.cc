#include "store/durable_store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <thread>

#include "store/draft.h"
#include "store/footprint.h"
#include "store/object_log.h"

namespace graylane::store {

using control::Change;
using control::Written;

namespace {

constexpr size_t kGroupMax = 256;           // writes in one transaction
constexpr size_t kDeadMin = 1'024;          // rows that are worth a deletion
constexpr size_t kDeadMax = 4'096;          // rows that one transaction deletes, so that nobody waits long for it
constexpr uint64_t kReservedStep = 65'536;  // revisions of volatile writes between two notes in the file

using Done = Store::Done;

struct Request {
  std::vector<Change> changes;
  Done done;
};

// What became of one request of a group.
struct Outcome {
  Result<Written> written;
  size_t events_begin = 0, events_end = 0;  // its events in the group's
};

bool has_row(const Past& past) { return past.row != 0; }

}  // namespace

// The one thread that changes the store. What is not guarded by mutex_ belongs to the thread alone.
class DurableStore::Writer {
 public:
  Writer(ObjectLog log, Timeline& timeline, DurableStoreOptions options)
      : options_(std::move(options)), timeline_(timeline), log_(std::move(log)) {
    rules_.objects_max = options_.limits.objects_max;
    rules_.check = check_storable;
    rules_.has_row = [this](const api::Object& object) { return !options_.is_volatile || !options_.is_volatile(object); };
  }

  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wanted_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start() {
    const Marked marked = read_mark(path());
    auto loaded = load(marked);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    if (auto whole = check_extent(path(), marked, loaded->extent, loaded->is_in_use); !whole) return whole;
    revision_ = reserved_ = loaded->extent.revision;
    acknowledged_ = loaded->extent;
    row_ = loaded->row;
    dead_ = std::move(loaded->dead);
    forgetful_ = loaded->forgetful;
    const bool is_in_use = loaded->is_in_use;
    timeline_.begin(std::move(loaded->objects), revision_, std::move(loaded->history), std::move(loaded->forgetful));
    if (auto mark = Mark::open(path(), acknowledged_)) mark_ = std::move(*mark);
    log_.begin(is_in_use);
    log_.shrink();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void submit(Request request) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < options_.waiting_writes_max) {
        waiting_.push_back(std::move(request));
        wanted_.notify_one();
        return;
      }
    }
    request.done(fail(ErrorCode::kUnavailable,
                      "too many writes wait for the disk: " + std::to_string(options_.waiting_writes_max), {},
                      "try again later"));
  }

  std::optional<Trouble> trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  const std::string& path() const { return log_.path(); }
  const std::string& vfs() const { return options_.vfs; }

 private:
  Result<Loaded> load(const Marked& marked) {
    const auto once_more = [this] {
      return log_.load(History(options_.limits.history_events_max, options_.limits.history_bytes_max));
    };
    auto loaded = once_more();
    if (!loaded || !marked.is_waived) return loaded;
    // Clients know revisions that are lost.
    if (auto skipped = log_.skip_to(loaded->extent.revision + kRevisionsSkipped); !skipped)
      return std::unexpected(std::move(skipped.error().error));
    return once_more();
  }

  void run() {
    for (auto group = next_group(); !group.empty(); group = next_group()) {
      carry_out(std::move(group));
      log_.tidy();
    }
    // The next life begins where this one ends, not behind the revisions that were set aside.
    const std::vector<Past> none;
    ignore(log_.append({.events = none,
                        .revision = revision_,
                        .compacted = timeline_.compacted(),
                        .dead = {dead_.begin(), dead_.end()},
                        .is_last = true}));
  }

  // Empty: there will be no more.
  std::vector<Request> next_group() {
    std::unique_lock lock(mutex_);
    wanted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    std::vector<Request> group;
    while (!waiting_.empty() && group.size() < kGroupMax) {
      group.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return group;
  }

  void carry_out(std::vector<Request> group) {
    Draft draft(timeline_.objects(), revision_, row_, rules_);
    std::vector<Outcome> outcomes;
    for (Request& request : group) {
      const size_t begin = draft.events().size();
      auto written = draft.stage(std::move(request.changes));
      outcomes.push_back({std::move(written), begin, draft.events().size()});
    }
    // Numbers are used once, even if this fails.
    revision_ = draft.revision();
    row_ = draft.row();
    ObjectMap objects = draft.objects();
    std::vector<Past> events = draft.take_events();
    if (auto synced = sync(events); !synced) keep_volatile(synced.error().error, outcomes, objects, events);
    publish(std::move(objects), std::move(events));
    for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(outcomes[i].written));
  }

  // To the disk, what has to be there before anybody sees the events.
  OnDisk<void> sync(const std::vector<Past>& events) {
    Entry entry{.events = events};
    bool needed = false, is_volatile = false;
    for (const Past& past : events) {
      needed |= has_row(past);
      is_volatile |= !has_row(past);
      const api::ObjectKey& key = past.event.object->key;
      if (!has_row(past) && !forgetful_.contains({key.group, key.kind})) entry.forgetful.emplace(key.group, key.kind);
    }
    if (is_volatile && revision_ > reserved_) entry.revision = revision_ + kReservedStep;
    if (!needed && entry.forgetful.empty() && entry.revision == 0) return {};
    take_dead(entry);
    auto appended = log_.append(entry);
    if (!appended && appended.error().full) {
      // History is worth less than the next write.
      full_ = true;
      append_dead(timeline_.forget_history(), dead_);
      take_dead(entry);
      if (!entry.dead.empty()) appended = log_.append(entry);
    }
    note(appended);
    if (!appended) return appended;
    forgetful_.insert(entry.forgetful.begin(), entry.forgetful.end());
    reserved_ = std::max(reserved_, entry.revision);
    dead_.erase(dead_.begin(), dead_.begin() + static_cast<std::ptrdiff_t>(entry.dead.size()));
    mark(events);
    return {};
  }

  void mark(const std::vector<Past>& events) {
    const auto last = std::find_if(events.rbegin(), events.rend(), has_row);
    if (last != events.rend()) acknowledged_.stored = last->event.revision;
    acknowledged_.revision = revision_;
    if (mark_) mark_->set(acknowledged_);
  }

  void take_dead(Entry& entry) const {
    if (dead_.size() < kDeadMin && !full_) return;
    const size_t size = std::min(dead_.size(), kDeadMax);
    entry.dead.assign(dead_.begin(), dead_.begin() + static_cast<std::ptrdiff_t>(size));
    entry.compacted = timeline_.compacted();
  }

  void note(const OnDisk<void>& appended) {
    const std::lock_guard lock(mutex_);
    full_ = !appended && appended.error().full;
    trouble_ = appended ? std::nullopt : std::optional(appended.error());
  }

  // After a sync that failed: writes of volatile objects alone hold, all others fail.
  void keep_volatile(const Error& error, std::vector<Outcome>& outcomes, ObjectMap& objects, std::vector<Past>& events) {
    std::set<api::ObjectKey> lost;
    for (const Past& past : events) {
      const api::ObjectKey& key = past.event.object->key;
      if (has_row(past) || revision_ > reserved_ || !forgetful_.contains({key.group, key.kind})) lost.insert(key);
    }
    const auto is_lost = [&](const Past& past) { return lost.contains(past.event.object->key); };
    objects = timeline_.objects();
    std::vector<Past> kept;
    for (Outcome& outcome : outcomes) {
      const auto begin = events.begin() + static_cast<std::ptrdiff_t>(outcome.events_begin);
      const auto end = events.begin() + static_cast<std::ptrdiff_t>(outcome.events_end);
      if (begin == end || std::any_of(begin, end, is_lost)) {
        outcome.written = std::unexpected(error);
        // What came of a write that fails now cannot hold either.
        for (auto past = begin; past != end; ++past) lost.insert(past->event.object->key);
      } else {
        std::move(begin, end, std::back_inserter(kept));
      }
    }
    for (const Past& past : kept) {
      if (past.event.type == control::EventType::kDeleted) objects.erase(past.event.object->key);
      else objects.put(past.event.object);
    }
    events = std::move(kept);
  }

  void publish(ObjectMap objects, std::vector<Past> events) {
    if (events.empty()) return;
    const uint64_t revision = events.back().event.revision;
    append_dead(timeline_.publish(std::move(objects), revision, std::move(events)), dead_);
  }

  const DurableStoreOptions options_;
  Rules rules_;
  Timeline& timeline_;
  ObjectLog log_;
  uint64_t revision_ = 0;  // the last one used
  uint64_t reserved_ = 0;  // a restart goes on behind this one at least
  Extent acknowledged_;
  std::optional<Mark> mark_;  // absent: the disk has no room for it, and there is no less safety than without
  int64_t row_ = 0;
  std::deque<int64_t> dead_;
  Kinds forgetful_;
  bool full_ = false;  // the last sync found no room

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  // Guarded by mutex_:
  std::deque<Request> waiting_;
  bool stopping_ = false;
  std::optional<Trouble> trouble_;

  std::thread thread_;
};

DurableStore::DurableStore(const StoreOptions& limits) : Store(limits) {}

DurableStore::~DurableStore() = default;

Result<std::unique_ptr<DurableStore>> DurableStore::open(const std::string& path, DurableStoreOptions options) {
  auto log = ObjectLog::open(path, {options.file_bytes_max, options.vfs});
  if (!log) return std::unexpected(std::move(log.error()));
  std::unique_ptr<DurableStore> store(new DurableStore(options.limits));
  store->writer_ = std::make_unique<Writer>(std::move(*log), store->timeline_, std::move(options));
  if (auto started = store->writer_->start(); !started) return std::unexpected(std::move(started.error()));
  return store;
}

void DurableStore::submit(std::vector<Change> changes, Done done) {
  auto ready = prepare(changes, check_storable);
  if (ready) writer_->submit({std::move(changes), std::move(done)});
  else done(std::unexpected(std::move(ready.error())));
}

std::optional<Trouble> DurableStore::trouble() const { return writer_->trouble(); }

Result<Copied> DurableStore::backup(const std::string& to) const { return store::backup(writer_->path(), to, writer_->vfs()); }

}  // namespace graylane::store
