// Settling: when a directory that somebody is editing may be read. Editors replace a file by renaming, move the old one away
// before they write the new one, or truncate and write in pieces; what stands there in between must never be put in force.
// Pure: told what happened and when; one thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace graylane::sources {

class Settling {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  enum class What {
    kWriting,   // created or modified: somebody has it open
    kWritten,   // closed after writing
    kReplaced,  // another file was renamed to this name
    kGone,      // deleted, renamed to another name, or left empty
    kOther,     // a folder came, an attribute changed
  };

  /// Written files are read this long after the last event; so that the files of one edit are read together.
  static constexpr std::chrono::milliseconds kQuiet{50};
  /// After something vanished or was emptied: some programs take the old content away first.
  static constexpr std::chrono::milliseconds kQuietAfterLoss{250};
  /// Who keeps a file open and writes nothing for so long is not waited for.
  static constexpr std::chrono::milliseconds kWriterQuiet{5'000};

  void saw(What what, const std::string& path, Instant now);
  /// When to read; nothing: there is nothing to read.
  std::optional<Instant> due() const;
  /// The directory is being read now.
  void taken();

 private:
  static constexpr size_t kFilesMax = 10'000;  // more files at once are not waited for one by one

  std::map<std::string, Instant> waiting_;  // for files that are being written or vanished, and until when
  std::optional<Instant> quiet_from_;
};

}  // namespace graylane::sources
