// AppliedDirectory: which directory (or file) the documents of a store are applied from, as an object beside their records. It keeps
// a second directory from deleting what the first one made. Plain values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "api/object.h"
#include "base/error.h"
#include "control/port.h"

namespace graylane::sources {

struct AppliedDirectory {
  std::string path;    // absolute; empty: not known
  size_t objects = 0;  // that it defines, as it was last applied
};

/// Nothing: no document is applied. Errors: those of the client.
Result<std::optional<AppliedDirectory>> applied_directory(control::Client& client);

/// `path` as it is remembered: absolute, without dots, links left as they are.
std::string full_path(const std::string& path);
/// Of full paths: they are equal, or lead to the same place now.
bool is_same_place(const std::string& a, const std::string& b);

api::ObjectKey directory_record_key();
api::Object directory_record(const std::string& path);

}  // namespace graylane::sources
