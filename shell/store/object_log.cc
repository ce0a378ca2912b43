#include "store/object_log.h"

#include <algorithm>

#include "store/new_file.h"
#include "store/write_ahead_log.h"

namespace graylane::store {

using control::Event;
using control::EventType;

namespace {

constexpr int64_t kApplicationId = 0x47726c6e;  // "Grln"
constexpr int64_t kFormatVersion = 1;
constexpr uint64_t kSparePages = 128;         // over the limit, for deletions
constexpr int kLogPagesMax = 2'048;           // then what they hold is moved into the file
constexpr int64_t kSpareBytesMax = 16 << 20;  // of unused pages, before the file is made smaller

// What begins a file.
constexpr const char* kBegin = R"(
PRAGMA page_size = 8192;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  event INTEGER NOT NULL,
  grp TEXT NOT NULL, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,
  as_grp TEXT, as_version TEXT, as_kind TEXT,
  created INTEGER, place INTEGER, file TEXT, positions BLOB,
  content TEXT,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE forgetful (grp TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (grp, kind)) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1198681198;
PRAGMA user_version = 1;
COMMIT;
)";
static_assert(kPageBytes == 8192 && kApplicationId == 1198681198 && kFormatVersion == 1);

constexpr const char* kInsert = "INSERT INTO log VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)";
constexpr const char* kSelect =
    "SELECT id, revision, event, grp, kind, ns, name, as_grp, as_version, as_kind, created, place, file, positions, content, "
    "checksum FROM log ORDER BY id";

std::unexpected<Error> damaged(const std::string& path, const std::string& why) { return std::unexpected(damage(path, why)); }

/// What SQLite's check found: without the line that names the database, all in one line.
std::string finding_of(std::string text) {
  if (text.starts_with("***")) text.erase(0, text.find('\n') + 1);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::optional<std::string_view> optional_text(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.text(column);
}

Row read_row(const Statement& from) {
  Row row{from.number(0), from.number(1), from.number(2), from.text(3), from.text(4),
          from.text(5),   from.text(6),   from.text(7),   from.text(8), from.text(9)};
  if (!from.is_null(10)) row.created = from.number(10);
  row.place = from.number(11);
  row.file = optional_text(from, 12);
  row.positions = optional_text(from, 13);
  row.content = optional_text(from, 14);
  return row;
}

// Whether its structure is sound; what is in the rows is checked when they are read.
Result<void> check_structure(Database& database) {
  const auto check = database.text("PRAGMA quick_check(1)");
  if (!check) return std::unexpected(check.error().error);
  if (*check != "ok") return damaged(database.path(), finding_of(*check));
  return {};
}

Result<void> read_rows(Database& database, const std::function<bool(const Row&)>& take) {
  auto rows = database.prepare(kSelect);
  if (!rows) return std::unexpected(std::move(rows.error().error));
  for (;;) {
    const auto is_row = rows->step();
    if (!is_row) return std::unexpected(is_row.error().error);
    if (!*is_row) return {};
    const Row row = read_row(*rows);
    if (checksum(row) != rows->number(15) || !take(row)) {
      return damaged(database.path(), "row " + std::to_string(row.id) + " of its log is not as it was written");
    }
  }
}

void collect_dead(const Past& dropped, std::deque<int64_t>& dead) {
  const Event& event = dropped.event;
  if (event.previous && stored(event.previous).row != 0) dead.push_back(stored(event.previous).row);
  if (event.type == EventType::kDeleted && dropped.row != 0) dead.push_back(dropped.row);
}

// Repeats what rows tell.
class Replay {
 public:
  explicit Replay(History history, uint64_t compacted) : compacted_(compacted) {
    loaded_.history = std::move(history);
    loaded_.history.begin_after(compacted);
    loaded_.extent.stored = compacted;
  }

  /// False when the row cannot follow those before it.
  bool take(const Row& row) {
    if (row.id <= loaded_.row || row.revision <= 0) return false;
    loaded_.row = row.id;
    const auto revision = static_cast<uint64_t>(row.revision);
    if (revision < last_) return false;
    last_ = revision;
    loaded_.extent.stored = std::max(loaded_.extent.stored, revision);
    return row.event == kRowDeleted ? take_deletion(row) : take_state(row);
  }

  Loaded& loaded() { return loaded_; }

 private:
  bool take_state(const Row& row) {
    auto object = read_state(row, files_);
    if (!object) return false;
    api::ObjectPtr previous = loaded_.objects.put(object);
    const EventType type = previous ? EventType::kModified : EventType::kAdded;
    // What older rows stood for may be gone already.
    if (object->revision > compacted_ && row.event != (previous ? kRowModified : kRowAdded)) return false;
    note({{type, object, object->revision, true, std::move(previous)}, row.id});
    return true;
  }

  bool take_deletion(const Row& row) {
    const auto revision = static_cast<uint64_t>(row.revision);
    const api::ObjectPtr last =
        loaded_.objects.erase({std::string(row.group), std::string(row.kind), std::string(row.ns), std::string(row.name)});
    if (last) note({{EventType::kDeleted, last, revision, true, last}, row.id});
    else if (revision <= compacted_) loaded_.dead.push_back(row.id);
    return last || revision <= compacted_;
  }

  void note(Past past) {
    if (past.event.revision <= compacted_) {
      collect_dead(past, loaded_.dead);
      return;
    }
    std::vector<Past> events;
    events.push_back(std::move(past));
    for (const Past& dropped : loaded_.history.append(std::move(events))) collect_dead(dropped, loaded_.dead);
  }

  const uint64_t compacted_;
  uint64_t last_ = 0;
  FileNames files_;
  Loaded loaded_{.history = History(0, 0)};
};

}  // namespace

void append_dead(const std::vector<Past>& dropped, std::deque<int64_t>& dead) {
  for (const Past& past : dropped) collect_dead(past, dead);
}

Result<void> check_format(Database& database) {
  const auto id = database.number("PRAGMA application_id");
  if (!id) return std::unexpected(id.error().error);
  const auto version = database.number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error().error);
  if (*id != kApplicationId) {
    return fail(ErrorCode::kUnsupported, database.path() + " is not a store of Graylane", {}, kNotOursFix);
  }
  if (*version == kFormatVersion) return {};
  return fail(ErrorCode::kUnsupported,
              database.path() + " has format version " + std::to_string(*version) + ", and this program knows only " +
                  std::to_string(kFormatVersion),
              {}, "use the version of Graylane that wrote it, or one that is newer than that");
}

Result<void> check_content(Database& database) {
  if (auto sound = check_structure(database); !sound) return sound;
  return read_rows(database, [](const Row&) { return true; });
}

// A file without its tables never has the store's name, so that one that was cut short is not taken for new.
Result<void> ObjectLog::create(const std::string& path, const std::string& vfs) {
  const NewFile file(path);
  if (auto made = file.made(); !made) return made;
  {
    auto database = Database::open(file.path(), vfs);
    if (!database) return std::unexpected(std::move(database.error().error));
    if (auto begun = database->run(kBegin); !begun) return std::unexpected(std::move(begun.error().error));
    if (auto moved = database->checkpoint(); !moved) return std::unexpected(std::move(moved.error().error));
  }
  return file.take_name();
}

Result<ObjectLog> ObjectLog::open(const std::string& path, const ObjectLogOptions& options) {
  if (auto alone = check_absence(path); !alone) return std::unexpected(std::move(alone.error()));
  if (!file_exists(path)) {
    if (auto created = create(path, options.vfs); !created) return std::unexpected(std::move(created.error()));
  }
  auto database = Database::open(path, options.vfs);
  if (!database) return std::unexpected(std::move(database.error().error));
  database->keep_log_on_close(true);  // until it is known to be sound
  ObjectLog log(std::move(*database), options.bytes_max / kPageBytes);
  if (auto known = check_format(log.database_); !known) return std::unexpected(std::move(known.error()));
  if (auto whole = check_write_ahead_log(path); !whole) return std::unexpected(std::move(whole.error()));
  if (auto ready = log.prepare(); !ready) return std::unexpected(std::move(ready.error().error));
  return log;
}

Result<ObjectLog> ObjectLog::look(const std::string& path) {
  auto database = Database::open_unchanging(path);
  if (!database) return std::unexpected(std::move(database.error().error));
  if (auto known = check_format(*database); !known) return std::unexpected(std::move(known.error()));
  return ObjectLog(std::move(*database), 0);
}

OnDisk<void> ObjectLog::prepare() {
  constexpr const char* kSettings =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = "
      "67108864; "
      "PRAGMA cache_size = -1024; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";
  if (auto set = database_.run(kSettings); !set) return set;
  if (auto limited = limit_pages(pages_max_); !limited) return limited;
  const std::pair<Statement*, const char*> statements[] = {
      {&insert_, kInsert},
      {&delete_, "DELETE FROM log WHERE id = ?1"},
      {&set_, "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value"},
      {&end_, "DELETE FROM meta WHERE name = 'in use'"},
      {&forget_, "INSERT INTO forgetful VALUES (?1, ?2) ON CONFLICT DO NOTHING"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_.prepare(sql);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    *statement = std::move(*prepared);
  }
  return {};
}

OnDisk<void> ObjectLog::limit_pages(uint64_t pages) {
  const uint64_t possible = std::clamp<uint64_t>(pages, 1, 1U << 30);
  return database_.run(("PRAGMA max_page_count = " + std::to_string(possible)).c_str());
}

Result<Loaded> ObjectLog::load(History history) {
  if (auto sound = check_structure(database_); !sound) return std::unexpected(std::move(sound.error()));
  const auto compacted = database_.number("SELECT value FROM meta WHERE name = 'compacted'");
  if (!compacted) return std::unexpected(compacted.error().error);
  const auto reserved = database_.number("SELECT value FROM meta WHERE name = 'revision'");
  if (!reserved) return std::unexpected(reserved.error().error);
  if (*compacted < 0 || *reserved < 0) return damaged(path(), "a revision is negative");
  const auto in_use = database_.number("SELECT count(*) FROM meta WHERE name = 'in use'");
  if (!in_use) return std::unexpected(in_use.error().error);
  Replay replay(std::move(history), static_cast<uint64_t>(*compacted));
  if (auto read = read_rows(database_, [&](const Row& row) { return replay.take(row); }); !read)
    return std::unexpected(std::move(read.error()));
  Loaded& loaded = replay.loaded();
  loaded.extent.revision = std::max(loaded.extent.stored, static_cast<uint64_t>(*reserved));
  loaded.is_in_use = *in_use != 0;
  auto forgetful = load_forgetful();
  if (!forgetful) return std::unexpected(std::move(forgetful.error()));
  loaded.forgetful = std::move(*forgetful);
  return std::move(loaded);
}

void ObjectLog::begin(bool is_noted) {
  database_.keep_log_on_close(false);
  if (is_noted) return;
  // Without room for it a copy is not told from a whole one; a log that is gone is told all the same.
  ignore(set("in use", 1));
  ignore(database_.checkpoint());
}

OnDisk<void> ObjectLog::skip_to(uint64_t revision) {
  const std::vector<Past> none;
  auto done = append({.events = none, .revision = revision, .compacted = revision});
  if (done) database_.keep_log_on_close(false);
  return done;
}

Result<Kinds> ObjectLog::load_forgetful() {
  Kinds kinds;
  auto rows = database_.prepare("SELECT grp, kind FROM forgetful");
  if (!rows) return std::unexpected(std::move(rows.error().error));
  for (;;) {
    const auto is_row = rows->step();
    if (!is_row) return std::unexpected(is_row.error().error);
    if (!*is_row) return kinds;
    kinds.emplace(rows->text(0), rows->text(1));
  }
}

OnDisk<void> ObjectLog::append(const Entry& entry) {
  auto done = append_once(entry);
  if (done || !done.error().full) return done;
  ignore(database_.checkpoint());  // then the write-ahead log can begin at its front again
  const auto is_deletion = [](const Past& past) { return past.row == 0 || past.event.type == EventType::kDeleted; };
  const bool frees = !entry.events.empty() && std::ranges::all_of(entry.events, is_deletion);
  if (frees) ignore(limit_pages(pages_max_ + kSparePages));
  done = append_once(entry);
  if (frees) ignore(limit_pages(pages_max_));
  return done;
}

OnDisk<void> ObjectLog::append_once(const Entry& entry) {
  auto done = database_.run("BEGIN IMMEDIATE");
  if (!done) return done;
  done = write(entry);
  if (done) done = database_.run("COMMIT");
  if (!done) ignore(database_.run("ROLLBACK"));  // may have happened already: the first error is the one to tell
  return done;
}

// Deletions come first: they may free the room for the rest.
OnDisk<void> ObjectLog::write(const Entry& entry) {
  for (const int64_t row : entry.dead) {
    delete_.bind(1, row);
    if (auto done = delete_.run(); !done) return done;
  }
  for (const Past& past : entry.events) {
    if (past.row == 0) continue;
    if (auto done = insert(past); !done) return done;
  }
  for (const auto& [group, kind] : entry.forgetful) {
    forget_.bind(1, group);
    forget_.bind(2, kind);
    if (auto done = forget_.run(); !done) return done;
  }
  if (entry.compacted != 0) {
    if (auto done = set("compacted", entry.compacted); !done) return done;
  }
  if (entry.is_last) {
    if (auto done = end_.run(); !done) return done;
  }
  return entry.revision == 0 ? OnDisk<void>() : set("revision", entry.revision);
}

OnDisk<void> ObjectLog::insert(const Past& past) {
  const WrittenRow written(past);
  const Row& row = written.row();
  insert_.bind(1, row.id);
  insert_.bind(2, row.revision);
  insert_.bind(3, row.event);
  insert_.bind(4, row.group);
  insert_.bind(5, row.kind);
  insert_.bind(6, row.ns);
  insert_.bind(7, row.name);
  insert_.bind(8, row.as_group);
  insert_.bind(9, row.as_version);
  insert_.bind(10, row.as_kind);
  if (row.created) insert_.bind(11, *row.created);
  insert_.bind(12, row.place);
  if (row.file) insert_.bind(13, *row.file);
  if (row.positions) insert_.bind_bytes(14, *row.positions);
  if (row.content) insert_.bind(15, *row.content);
  insert_.bind(16, checksum(row));
  return insert_.run();
}

OnDisk<void> ObjectLog::set(const char* name, uint64_t value) {
  set_.bind(1, std::string_view(name));
  set_.bind(2, static_cast<int64_t>(value));
  return set_.run();
}

void ObjectLog::tidy() {
  // What fails here is tried again after the next write, which tells if the disk is at fault.
  if (database_.log_pages() > kLogPagesMax) ignore(database_.checkpoint());
}

void ObjectLog::shrink() {
  const auto spare = database_.number("PRAGMA freelist_count");
  const auto pages = database_.number("PRAGMA page_count");
  if (!spare || !pages || *spare * 2 < *pages || *spare * static_cast<int64_t>(kPageBytes) < kSpareBytesMax) return;
  ignore(database_.run("PRAGMA incremental_vacuum"));
}

}  // namespace graylane::store
