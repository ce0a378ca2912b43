// DirectorySource: the objects that the manifests of a directory (or of one file) define, and the store made to agree with
// them. Which files are read: manifest_files.h. Lives as long as its owner keeps it; one thread at a time. It never waits:
// who watches the directory calls sync() when something changed.
//
// It remembers in memory, for its own lifetime only, which objects it wrote; only those are deleted when they vanish from
// the directory. (What an earlier process wrote is not known to it.)
//
// Files whose stamp did not change are not read again; their objects are the same pointers as before.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/port.h"
#include "sources/manifest_files.h"

namespace graylane::sources {

struct Scan {
  /// In order of file and document. Age::order = (index of the file << 20) + index of the object in the file, so that it
  /// follows from the directory's present content alone; adding or deleting a file therefore renumbers those behind it.
  std::vector<api::ObjectPtr> objects;
  /// Of every file, in that order. With an error among them `objects` is incomplete. Error ids of this source besides those
  /// of manifest_files.h and api/manifest.h: duplicate-object, file-too-large; a warning: file-empty.
  Diagnostics diagnostics;
  size_t files = 0;
  size_t files_read = 0;  // the others were known
};

struct Synced {
  bool in_force = false;  // the directory has no errors, and the store agrees with it
  uint64_t revision = 0;  // of the store then; set when in_force
  size_t objects = 0;     // of the directory
  Diagnostics diagnostics;
};

class DirectorySource {
 public:
  /// `path` as the user typed it: it begins every file name in diagnostics and explanations.
  explicit DirectorySource(std::string path, DirectoryOptions options = {});

  /// What the directory says now. Errors: those of find_manifest_files.
  Result<Scan> scan();

  /// Makes the store agree with the directory, in one batch: its objects are applied, whoever wrote them before, with the time
  /// of their first writing as creationTimestamp where the file has none; objects
  /// that this source wrote and that vanished are deleted; all others are left alone. With an error in the directory
  /// nothing is written: the last good state stays. So it is when `check`, which sees the changes before they are written,
  /// says no. Errors: those of scan(), of the client and of the check.
  using Check = std::function<Result<bool>(const std::vector<control::Change>&)>;
  Result<Synced> sync(control::Client& client, const Check& check = {});

 private:
  struct KnownFile {
    FileStamp stamp;
    bool settled = false;
    std::vector<api::ObjectPtr> objects;
    Diagnostics diagnostics;
  };
  struct OwnObject {
    api::ObjectPtr scanned;
    api::ObjectPtr stored;
  };
  struct Plan {
    std::vector<control::Change> changes;
    std::vector<api::ObjectPtr> applied;  // the first changes, in the same order; the rest are deletions
  };

  KnownFile read(const ManifestFile& file, size_t file_index) const;
  Result<Plan> plan(control::Client& client, const Scan& scan) const;
  Result<uint64_t> write(control::Client& client, const Scan& scan);
  bool is_in_force(const api::ObjectPtr& object, const api::ObjectPtr& stored) const;
  void remember(const Scan& scan, const Plan& plan, control::Written written);

  const std::string path_;
  const DirectoryOptions options_;
  std::map<std::string, KnownFile> known_;   // by path, of the last scan
  std::map<api::ObjectKey, OwnObject> own_;  // what this source wrote
};

}  // namespace graylane::sources
