#include "store/database.h"

#include <sqlite3.h>

#include <filesystem>

namespace graylane::store {

namespace {

constexpr int kBusyMilliseconds = 5'000;  // somebody looks into the file with another program

Trouble full(const std::string& path) {
  return {true,
          {ErrorCode::kUnavailable,
           "the change was not stored: there is no more room for " + path,
           {},
           "free space on its disk and try again; everything can still be read"}};
}

Trouble trouble_of(sqlite3* connection, const std::string& path) {
  const int code = sqlite3_extended_errcode(connection);
  const std::string why = sqlite3_errmsg(connection);
  switch (code & 0xff) {
    case SQLITE_FULL: return full(path);
    case SQLITE_CORRUPT: return {false, damage(path, why)};
    case SQLITE_NOTADB: return {false, {ErrorCode::kUnsupported, path + " is not a store of Graylane", {}, kNotOursFix}};
    default: break;
  }
  return {false,
          {ErrorCode::kUnavailable,
           path + ": " + why + " (SQLite " + std::to_string(code) + ", system error " +
               std::to_string(sqlite3_system_errno(connection)) + ")",
           {},
           "check the disk and the file's permissions"}};
}

Trouble trouble_of(sqlite3_stmt* statement) {
  sqlite3* connection = sqlite3_db_handle(statement);
  const char* path = sqlite3_db_filename(connection, "main");
  return trouble_of(connection, path ? path : "");
}

int note_log_pages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

Error damage(const std::string& path, const std::string& why) {
  return {ErrorCode::kInvalid,
          path + " is damaged: " + why,
          {},
          "it was left as it is: move it away, and restore a backup or begin anew"};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::bind(int index, int64_t number) { sqlite3_bind_int64(statement_.get(), index, number); }

void Statement::bind(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_bytes(int index, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
}

void Statement::bind_null(int index) { sqlite3_bind_null(statement_.get(), index); }

OnDisk<bool> Statement::step() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return std::unexpected(trouble_of(statement_.get()));
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

OnDisk<void> Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return std::unexpected(std::move(stepped.error()));
  return {};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {data, data ? static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)) : 0};
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

OnDisk<Database> Database::open(const std::string& path, const std::string& vfs) {
  return open(path, path, SQLITE_OPEN_READWRITE, vfs.empty() ? nullptr : vfs.c_str());
}

OnDisk<Database> Database::open_unchanging(const std::string& path) {
  std::string name = "file://";
  for (const char c : std::filesystem::absolute(path).lexically_normal().string()) {
    if (c == '%') name += "%25";
    else if (c == '?') name += "%3f";
    else if (c == '#') name += "%23";
    else name += c;
  }
  return open(path, name + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
}

OnDisk<Database> Database::open(const std::string& path, const std::string& name, int flags, const char* vfs) {
  Database database;
  database.path_ = path;
  database.log_pages_ = std::make_unique<int>(0);
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &connection, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  database.connection_.reset(connection);
  if (code != SQLITE_OK) return std::unexpected(trouble_of(connection, path));
  sqlite3_busy_timeout(connection, kBusyMilliseconds);
  sqlite3_wal_hook(connection, note_log_pages, database.log_pages_.get());
  return database;
}

OnDisk<void> Database::run(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return std::unexpected(trouble_of(connection_.get(), path_));
}

OnDisk<Statement> Database::prepare(const char* sql) {
  Statement statement;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement.statement_.reset(prepared);
  if (code != SQLITE_OK) return std::unexpected(trouble_of(connection_.get(), path_));
  return statement;
}

OnDisk<int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? statement->number(0) : 0;
}

OnDisk<std::string> Database::text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto row = statement->step();
  if (!row) return std::unexpected(std::move(row.error()));
  return *row ? std::string(statement->text(0)) : std::string();
}

OnDisk<void> Database::checkpoint() {
  int pages = 0, moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (code != SQLITE_OK) return std::unexpected(trouble_of(connection_.get(), path_));
  if (pages == moved) *log_pages_ = 0;  // the next commit begins at the log's front
  return {};
}

void Database::keep_log_on_close(bool keep) {
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

}  // namespace graylane::store
