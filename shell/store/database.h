// Database and Statement: SQLite with results instead of codes. One thread at a time; a Database outlives its Statements.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace graylane::store {

inline constexpr size_t kPageBytes = 8'192;  // of every file

/// What to do about a file that does not look like a store.
inline constexpr const char* kNotOursFix = "use another folder, or move it away; if it was a store, restore a backup";

/// A file that is not as it was written.
Error damage(const std::string& path, const std::string& why);

/// Why the disk does not do what it should.
struct Trouble {
  bool full = false;  // there is no more room, on the disk or under the limit of the file
  Error error;
};

template <class T>
using OnDisk = std::expected<T, Trouble>;

/// Where it is no matter whether it worked.
inline void ignore(const OnDisk<void>&) {}

class Statement {
 public:
  void bind(int index, int64_t number);
  /// The text must stay as it is until reset().
  void bind(int index, std::string_view text);
  void bind_bytes(int index, std::string_view bytes);
  void bind_null(int index);

  /// Whether there is a row. To the next one, or to the end.
  OnDisk<bool> step();
  /// For the next use; bindings are lost.
  void reset();
  /// One step and a reset, for statements without rows.
  OnDisk<void> run();

  // Of the present row, columns from 0.
  bool is_null(int column) const;
  int64_t number(int column) const;
  /// Valid until the next step or reset.
  std::string_view text(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Opens a file that exists. `vfs` empty: the default file system.
  static OnDisk<Database> open(const std::string& path, const std::string& vfs);
  /// To read a file that nobody writes to, also on a disk that nobody can write to: without a lock, its log and files beside it.
  static OnDisk<Database> open_unchanging(const std::string& path);

  OnDisk<void> run(const char* sql);
  OnDisk<Statement> prepare(const char* sql);
  /// The first column of the first row.
  OnDisk<int64_t> number(const char* sql);  // 0 when there is no row
  OnDisk<std::string> text(const char* sql);
  /// Moves what the write-ahead log holds into the file, as far as no reader needs it.
  OnDisk<void> checkpoint();
  /// Whether closing leaves the write-ahead log as it is; else it does a checkpoint.
  void keep_log_on_close(bool keep);

  /// Pages in the write-ahead log after the last commit.
  int log_pages() const { return *log_pages_; }
  const std::string& path() const { return path_; }

 private:
  static OnDisk<Database> open(const std::string& path, const std::string& name, int flags, const char* vfs);

  struct Close {
    void operator()(sqlite3* connection) const;
  };

  std::string path_;
  std::unique_ptr<int> log_pages_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace graylane::store
