// DurableStore: a Store whose objects survive the process, in one SQLite file (docs/design/store.md: how, and the format).
// Lives as long as its owner keeps it; its destructor waits for the writes that were submitted. All methods from any thread.
//
// A write is first in the file and synced to the disk, then visible, then answered: what was acknowledged, listed or seen by a
// watcher is there after kill -9 and after a power cut. One thread writes; what waits meanwhile goes into one transaction.
// Reads never touch the file.
//
// When the disk is full or fails, writes fail with kUnavailable and change nothing, reads and watches go on, and every
// further write tries again: nothing needs a restart. trouble() says what is wrong. (A write whose sync failed may be there
// after a crash; its revision is not used again.)
//
// Volatile objects live in memory only, e.g. what describes running processes: they cost no sync, and are gone after a
// restart. Which are volatile is decided when an object is created, and holds until it is deleted. Revisions grow over a
// restart all the same. After it, watches and pages from before it expire for kinds that ever had a volatile object; all
// others go on without a gap, as far as the history reaches.
//
// The file must belong to one process: its owner holds the lock of its state folder.
#pragma once

#include <memory>
#include <string>

#include "store/backup.h"
#include "store/database.h"
#include "store/store.h"

namespace graylane::store {

struct DurableStoreOptions {
  StoreOptions limits = {};
  /// Whether a new object is kept in memory only; called from the store's thread, one call at a time. Absent: none is.
  std::function<bool(const api::Object&)> is_volatile = {};
  size_t waiting_writes_max = 4'096;            // further ones fail with kUnavailable at once
  uint64_t file_bytes_max = uint64_t{8} << 30;  // more: as if the disk were full
  std::string vfs = {};                         // SQLite's name of a file system; empty: the default one
};

class DurableStore final : public Store {
 public:
  /// Opens the file, or creates it (for its owner only) where there is none. kUnsupported: a newer version wrote it, or it is no
  /// store at all; kInvalid: it is damaged. Then nothing in it was changed.
  static Result<std::unique_ptr<DurableStore>> open(const std::string& path, DurableStoreOptions options = {});
  ~DurableStore() override;

  void submit(std::vector<control::Change> changes, Done done) override;

  /// Why the last write failed, if it did for reasons of the disk.
  std::optional<Trouble> trouble() const;
  /// store::backup() of what is acknowledged now (without volatile objects); writes go on meanwhile.
  Result<Copied> backup(const std::string& to) const;

 private:
  class Writer;
  explicit DurableStore(const StoreOptions& limits);

  std::unique_ptr<Writer> writer_;
};

}  // namespace graylane::store
