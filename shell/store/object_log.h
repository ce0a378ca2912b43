// ObjectLog: the events of a DurableStore in their file: the states that objects have now, and those that its history needs. The
// format: docs/design/store.md. One thread at a time.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/history.h"
#include "store/mark.h"
#include "store/object_map.h"
#include "store/row.h"
#include "store/timeline.h"

namespace graylane::store {

struct ObjectLogOptions {
  uint64_t bytes_max = 0;
  std::string vfs = {};
};

/// More than any store writes between a backup and its loss.
inline constexpr uint64_t kRevisionsSkipped = 1'000'000'000;

/// What a file holds.
struct Loaded {
  ObjectMap objects = {};
  Extent extent = {};
  bool is_in_use = false;  // nobody closed it
  int64_t row = 0;         // the last one used
  History history;
  Kinds forgetful = {};           // kinds that ever had volatile objects
  std::deque<int64_t> dead = {};  // rows that nothing needs
};

/// What is written in one transaction.
struct Entry {
  const std::vector<Past>& events;  // those without a row are left out
  uint64_t revision = 0;            // not 0: after a restart, revisions go on behind this one
  uint64_t compacted = 0;           // not 0: nothing before this revision can be watched any more
  std::vector<int64_t> dead = {};   // rows to delete
  Kinds forgetful = {};             // to add
  bool is_last = false;             // the file is whole with it, and without its log when that is moved into it
};

/// The rows that nothing needs when these events have left the history. To be deleted in this order: an object whose deletion
/// is forgotten before its states would come back.
void append_dead(const std::vector<Past>& dropped, std::deque<int64_t>& dead);

/// Whether it is a store that this program knows. Changes nothing in one that is not.
Result<void> check_format(Database& database);
/// Whether all that it holds is as it was written.
Result<void> check_content(Database& database);

class ObjectLog {
 public:
  /// Creates the file, for its owner only, where there is none. Errors: see DurableStore::open.
  static Result<ObjectLog> open(const std::string& path, const ObjectLogOptions& options);
  /// To load only: of a file that nobody writes to, without its log. Changes nothing, also beside it.
  static Result<ObjectLog> look(const std::string& path);

  /// Reads and checks everything. kInvalid: the file is damaged. `history` is an empty one.
  Result<Loaded> load(History history);
  /// What was loaded is good: from here on closing moves the log into the file. Notes in the file that it is in use (unless it `is_noted`),
  /// so that a copy of it alone can be told from one that is whole.
  void begin(bool is_noted);
  /// Revisions go on behind this one, and nothing before it can be watched.
  OnDisk<void> skip_to(uint64_t revision);

  /// All of it is on the disk, or none of it is in force. Deletions of objects have some room over the limit.
  OnDisk<void> append(const Entry& entry);

  /// Keeps the write-ahead log short. Costs some 10 ms every 16 MB that were written, else nothing.
  void tidy();
  /// Gives unused room in the file back to the disk, when it is most of it.
  void shrink();

  const std::string& path() const { return database_.path(); }

 private:
  ObjectLog(Database database, uint64_t pages_max) : database_(std::move(database)), pages_max_(pages_max) {}
  static Result<void> create(const std::string& path, const std::string& vfs);

  OnDisk<void> prepare();
  OnDisk<void> limit_pages(uint64_t pages);
  OnDisk<void> append_once(const Entry& entry);
  OnDisk<void> write(const Entry& entry);
  OnDisk<void> insert(const Past& past);
  OnDisk<void> set(const char* name, uint64_t value);
  Result<Kinds> load_forgetful();

  Database database_;
  uint64_t pages_max_;
  Statement insert_, delete_, set_, end_, forget_;
};

}  // namespace graylane::store
