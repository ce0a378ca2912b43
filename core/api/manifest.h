// Manifest: what a file of manifests holds. read_manifest is pure; safe from any thread. The text is untrusted: parsing is
// limited (doc::ParseLimits), and so are the objects per file and the diagnostics per object (Report::kDiagnosticsMax).
#pragma once

#include <string_view>
#include <vector>

#include "api/kinds.h"
#include "api/object.h"
#include "base/diagnostic.h"
#include "doc/parse.h"

namespace graylane::api {

struct ManifestOptions {
  const Kinds* kinds = nullptr;  // null: builtin_kinds()
  doc::ParseLimits limits;
  size_t objects_max = 200'000;     // in one file, entries of lists included; further ones are refused with one error
  size_t diagnostics_max = 10'000;  // of one file, beside those of parsing; further ones are counted only
};

struct Manifest {
  std::vector<Object> objects;     // age.order counts those without a time in the order of the file
  std::vector<ObjectKey> refused;  // objects with errors that could be identified: a last good one may stay in force
  Diagnostics diagnostics;         // in the order of the file
};

/// A file name that ends in ".json" means JSON, any other YAML. Documents whose kind ends in "List" and that have items are
/// replaced by their items. `file` may be null.
Manifest read_manifest(std::string_view text, const FileName& file, const ManifestOptions& options = {});

}  // namespace graylane::api
