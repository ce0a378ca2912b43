// What the query of a request asks for, checked. Plain values; pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apiserver/selectors.h"
#include "apiserver/status.h"
#include "doc/value.h"
#include "httpd/message.h"

namespace graylane::apiserver {

enum class IncludeObject : uint8_t { kMetadata, kObject, kNone };

struct ListOptions {
  enum class Match : uint8_t { kUnset, kExact, kNotOlderThan };

  size_t limit = 0;              // 0: none
  std::string continue_token;    // empty: from the beginning
  std::string resource_version;  // as written
  uint64_t revision = 0;         // of it; 0 for "" and "0"
  Match match = Match::kUnset;
  LabelSelector labels;
  FieldSelector fields;
  bool watch = false;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
  std::optional<std::chrono::seconds> timeout;
  IncludeObject include_object = IncludeObject::kMetadata;
};

/// `kind` says which fields can be selected by.
Outcome<ListOptions> parse_list_options(const httpd::Request& request, const api::Kind& kind);

/// As Kubernetes reads flags of a query: any value is true but "0" and "false".
bool is_set(const httpd::Request& request, std::string_view flag);
/// 0 for "" and "0".
Outcome<uint64_t> parse_revision(std::string_view text);
/// Of a Table; refused only where one is asked for.
Outcome<IncludeObject> parse_include_object(const httpd::Request& request);

/// Why these are no values of dryRun; nothing: they are.
std::optional<patch::Cause> check_dry_run(const doc::Array& values);

struct WriteOptions {
  enum class Validation : uint8_t { kIgnore, kWarn, kStrict };

  bool dry_run = false;
  Validation validation = Validation::kIgnore;
  std::string manager = {};  // fieldManager, else from User-Agent; empty for an apply that names none
  bool force = false;        // of an apply
};

/// `name`: "CreateOptions", "UpdateOptions" or "PatchOptions". `is_apply`: a field manager must be named, force may be.
Outcome<WriteOptions> parse_write_options(const httpd::Request& request, std::string_view name, bool is_apply = false);

}  // namespace graylane::apiserver
