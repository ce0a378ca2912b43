// Which files of a directory are manifests. A function of the file system; any thread.
//
// Read are `*.yaml`, `*.yml` and `*.json` in the directory and all folders below it, in order of their paths (bytewise).
// Skipped are names that begin with a dot, `images.yaml` (it maps images to programs), and the state folder.
// Links to files and folders are followed under the link's name; a folder inside itself is not entered again. So a mounted
// ConfigMap is read once: `a.yaml` is a link into `..data`, which is itself a hidden name. A file that can be reached by
// two paths is two files: its objects are then reported as defined twice.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"
#include "sources/file_read.h"

namespace graylane::sources {

struct DirectoryLimits {
  size_t files_max = 50'000;
  size_t entries_max = 500'000;                    // names looked at, manifests or not
  int depth_max = 32;                              // folders inside one another
  size_t file_bytes_max = size_t{64} << 20;        // of one file
  uint64_t total_bytes_max = uint64_t{512} << 20;  // of all files
};

struct DirectoryOptions {
  std::string state_folder = ".graylane";  // not read; relative to the directory, or absolute
  DirectoryLimits limits = {};
  /// A file whose last change is younger is read again on the next scan, whatever its stamp says.
  std::chrono::milliseconds settle{2'000};
};

struct ManifestFile {
  std::string path;  // as the user would type it: the directory as it was given, then the path below it
  FileStamp stamp;
  bool regular = true;  // else a pipe or device that was named itself
};

struct ManifestFiles {
  std::vector<ManifestFile> files;
  Diagnostics diagnostics;  // about single files and folders
};

/// The manifests of `root`; when `root` is no directory, itself, whatever its name. Errors: kNotFound, kUnavailable (cannot
/// be read), kLimit (the directory as a whole is over a limit). Diagnostics: errors folder-unreadable, file-unreadable;
/// warnings file-not-regular, link-dangling; info folder-loop.
Result<ManifestFiles> find_manifest_files(const std::string& root, const DirectoryOptions& options);

}  // namespace graylane::sources
