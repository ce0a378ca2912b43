// DirectorySource: the objects that the manifests of a directory (or of one file) define, and the store made to agree with
// them. Which files are read: manifest_files.h. Lives as long as its owner keeps it; one thread at a time. It never waits:
// who watches the directory calls sync() when something changed.
//
// What it applied is remembered in the store (applied_record.h): a document is applied again only when its own content changed,
// over restarts too. CustomResourceDefinitions come first: by those of the directory and of the store custom resources are read, like
// objects of any kind. docs/design/directory-source.md says what becomes of objects that others change or delete.
//
// Files whose stamp did not change are not read again; their objects are the same pointers as before.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/port.h"
#include "sources/manifest_files.h"
#include "sources/sync_plan.h"

namespace graylane::sources {

struct Scan {
  /// In order of file and document. Age::order = (index of the file << 20) + index of the object in the file, so that it
  /// follows from the directory's present content alone; adding or deleting a file therefore renumbers those behind it. 0 for
  /// objects that state their creationTimestamp.
  std::vector<api::ObjectPtr> objects;
  /// Of every file, in that order. With an error among them `objects` is incomplete. Error ids of this source besides those
  /// of manifest_files.h and api/manifest.h: duplicate-object, file-too-large; a warning: file-empty.
  Diagnostics diagnostics;
  size_t files = 0;
  size_t files_read = 0;  // the others were known
  ServedKinds kinds;      // that it was read by
};

struct Synced {
  bool in_force = false;    // the directory has no errors, and is written
  uint64_t revision = 0;    // of the store then; set when in_force
  size_t objects = 0;       // of the directory
  Diagnostics diagnostics;  // of the scan and of the plan (sync_plan.h); of a kind that is not served the warning unknown-kind
  std::vector<api::ObjectKey> deleted = {};  // since their documents are gone; set when in_force
};

class DirectorySource {
 public:
  /// `path` as the user typed it: it begins every file name in diagnostics and explanations.
  explicit DirectorySource(std::string path, DirectoryOptions options = {}, World world = real_world());

  /// What the directory says now; kinds are built in or defined in it. Errors: those of find_manifest_files.
  Result<Scan> scan();

  /// Applies what changed in the directory since it was last applied to this store, in one batch: server-side, with force, as the
  /// manager `graylane-files`. An object is made with the present time as creationTimestamp where its document states none. What
  /// the directory made is deleted when its document vanished; what was there before stays, and is nobody's then. With an error
  /// in the directory, or a document that cannot be applied, nothing is written: the last good state stays. So it is when
  /// `check`, which sees the changes of objects before they are written, says no. Errors: those of scan(), of the client and of the
  /// check.
  using Check = std::function<Result<bool>(const std::vector<control::Change>&)>;
  Result<Synced> sync(control::Client& client, const Check& check = {});

  /// Whether the directory (or file) as such could be read the last time.
  bool is_readable() const { return is_readable_; }
  /// Whether a document that is in force is about the object.
  bool defines(const api::ObjectKey& key) const { return find_in_force(key) != nullptr; }
  /// For such a document, beside the object as it is now, which somebody wrote or deleted: see compare() in sync_plan.h. It is
  /// remembered that it was deleted. Errors: those of the client.
  Result<std::optional<Diagnostic>> look_at(control::Client& client, const api::ObjectKey& key) const;

 private:
  struct KnownFile {
    FileStamp stamp;
    bool settled = false;
    bool has_custom = false;                       // documents of kinds that are not built in
    std::shared_ptr<const api::Kinds> kinds = {};  // that it was read by
    std::vector<api::ObjectPtr> objects;
    Diagnostics diagnostics;
  };

  /// Files of which everything that matters is known are not read again.
  Result<Scan> read_all(const ServedKinds& kinds);
  bool is_known(const KnownFile& known, const ManifestFile& file) const;
  KnownFile read(const ManifestFile& file, size_t file_index) const;
  const api::Object* find_in_force(const api::ObjectKey& key) const;
  Result<void> remember_deleted(control::Client& client, const api::Object& document) const;
  Result<void> remember_directory(control::Client& client, const Scan& scan, std::vector<control::Change>& records) const;

  const std::string path_;
  const DirectoryOptions options_;
  std::map<std::string, KnownFile> known_;    // by path, of the last scan
  ServedKinds kinds_ = builtin_kinds_only();  // of the last scan
  std::vector<api::ObjectPtr> in_force_;      // by key
  ServedKinds in_force_kinds_;
  bool is_readable_ = true;
  const World world_;
  const control::Client* client_ = nullptr;  // that `settled_` is about
  SettledDocuments settled_;
};

}  // namespace graylane::sources
