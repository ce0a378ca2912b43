// Offline: what a directory of manifests means, without a running instance. It goes the way that a running instance goes:
// directory -> store -> route feed -> table. A snapshot of the moment it was opened; a value; one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "base/diagnostic.h"
#include "dialect/ingress_nginx/options.h"
#include "route/table.h"

namespace graylane::daemon {

struct Routed {
  route::TablePtr table;
  Diagnostics diagnostics;  // of the compiler
};

class Offline {
 public:
  /// Reads a directory or a file. Errors: there is no such path, it cannot be read, or it is over a limit. What is wrong
  /// inside the files, a directory's images.yaml among them, is in reading(); the other objects are still there.
  static Result<Offline> open(const std::string& path);

  /// Objects that came from elsewhere, in the order in which they are given.
  static Offline of(std::vector<api::ObjectPtr> objects, Diagnostics reading) {
    return Offline(std::move(objects), std::move(reading));
  }

  /// In order of file and document. Of objects that are defined twice, all.
  const std::vector<api::ObjectPtr>& objects() const { return objects_; }
  const Diagnostics& reading() const { return reading_; }

  /// The table for these objects; where one is defined twice, the first counts.
  Result<Routed> route(ingress_nginx::Options options) const;

  /// From now on as if the file had this text.
  void substitute(const std::string& file, std::string_view text);

 private:
  Offline(std::vector<api::ObjectPtr> objects, Diagnostics reading, std::shared_ptr<const api::Kinds> kinds = nullptr)
      : objects_(std::move(objects)), reading_(std::move(reading)), kinds_(std::move(kinds)) {}
  void renumber();
  void report_duplicates();

  std::vector<api::ObjectPtr> objects_;
  Diagnostics reading_;
  std::shared_ptr<const api::Kinds> kinds_;  // of the directory; null: the built-in ones
};

/// The whole text of a file; within the limits for manifests.
Result<std::string> read_manifest_text(const std::string& file);

}  // namespace graylane::daemon
