// Report: collects the diagnostics of one object, with field paths. Internal to core/api; lives as long as one decoding.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/source_text.h"
#include "base/diagnostic.h"
#include "doc/value.h"

namespace graylane::api {

/// Text of a manifest inside a message: shortened, control characters escaped; in quotes or not.
std::string quoted(std::string_view text);
std::string printable(std::string_view text);

/// Where in an object we are: a list on the stack, turned into text only when there is something to say.
class Path {
 public:
  Path() = default;
  Path(const Path* parent, std::string_view member) : parent_(parent), member_(member) {}
  Path(const Path* parent, size_t index) : parent_(parent), index_(index), is_index_(true) {}
  /// "spec.rules[0].http"; members that are no plain names in brackets: "metadata.annotations[a.b/c]".
  std::string to_string() const;
  /// Its last part: "http", "rules[0]", "a.b/c"; empty for the whole object.
  std::string leaf() const;

 private:
  const Path* parent_ = nullptr;
  std::string_view member_;
  size_t index_ = 0;
  bool is_index_ = false;
};

/// A problem in the words of Kubernetes' API: `FIELD: MESSAGE`. What a CustomResourceDefinition demands, and what is demanded of it.
struct Objection {
  const char* id;  // "field-value-invalid": the reason of the cause, FieldValueInvalid
  std::string field;
  std::string message;
  Position at = {};
};
using Objections = std::vector<Objection>;

class Report {
 public:
  /// Further problems of one object are counted only.
  static constexpr size_t kDiagnosticsMax = 100;

  /// `source` may be null; then there are no edits.
  Report(FileName file, const SourceText* source) : file_(std::move(file)), source_(source) {}

  void set_object(std::string_view object) { object_ = printable(object); }
  // `message` is a predicate ("must be a string"): the last part of the path is put before it.
  // Null only when the problem is over the limit.
  Diagnostic* error(const char* id, const Path& path, Position at, std::string message, std::string fix = {});
  Diagnostic* warning(const char* id, const Path& path, Position at, std::string message, std::string fix = {});
  Diagnostic* info(const char* id, const Path& path, Position at, std::string message, std::string fix = {});

  /// As errors, their messages as they are.
  void add(const Objections& findings);

  const SourceText* source() const { return source_; }
  bool has_errors() const { return has_errors_; }
  /// What costs effort to say need not be worked out any more.
  bool is_full() const { return diagnostics_.size() >= kDiagnosticsMax; }
  /// The diagnostics, the object's name filled in.
  Diagnostics take();

 private:
  Diagnostic* add(Severity severity, const char* id, const Path& path, Position at, std::string message, std::string fix);

  FileName file_;
  const SourceText* source_;
  std::string object_;
  Diagnostics diagnostics_;
  size_t dropped_ = 0;
  bool has_errors_ = false;
};

/// "did you mean": the candidate nearest to `word`, or empty when none is near.
class Nearest {
 public:
  explicit Nearest(std::string_view word) : word_(word) {}
  void offer(std::string_view candidate);
  std::string_view found() const { return best_; }

 private:
  std::string_view word_;
  std::string_view best_;
  size_t best_distance_ = SIZE_MAX;
};

}  // namespace graylane::api
