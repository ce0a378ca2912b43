// Reporter: collects the diagnostics of one file up to a limit. Used by one parse; not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace graylane::doc {

class Reporter {
 public:
  Reporter(FileName file, size_t diagnostics_max) : file_(std::move(file)), diagnostics_max_(diagnostics_max) {}

  void error(std::string id, Position at, std::string message, std::string fix, std::string field = {}) {
    report(Severity::kError, std::move(id), at, std::move(message), std::move(fix), std::move(field));
  }
  void warning(std::string id, Position at, std::string message, std::string fix, std::string field = {}) {
    report(Severity::kWarning, std::move(id), at, std::move(message), std::move(fix), std::move(field));
  }
  void duplicate_key(std::string id, Position at, std::string_view key, Position first_at, std::string field) {
    std::string message = "the key \"" + std::string(key) + "\" is already set in line " + std::to_string(first_at.line) +
                          ", column " + std::to_string(first_at.column);
    error(std::move(id), at, std::move(message), "remove one of the two", std::move(field));
  }
  /// An error that ends the parse: reported even over the limit, since nothing else would say that the file is cut short.
  void fatal(std::string id, Position at, std::string message, std::string fix) {
    if (diagnostics_.size() >= diagnostics_max_ && !diagnostics_.empty()) diagnostics_.pop_back();
    diagnostics_.push_back({Severity::kError, std::move(id), {}, {}, std::move(message), std::move(fix), {file_, at}, {}});
  }
  size_t count() const { return diagnostics_.size(); }
  Diagnostics take() { return std::move(diagnostics_); }

 private:
  void report(Severity severity, std::string id, Position at, std::string message, std::string fix, std::string field) {
    if (diagnostics_.size() >= diagnostics_max_) return;
    diagnostics_.push_back({severity, std::move(id), {}, std::move(field), std::move(message), std::move(fix), {file_, at}, {}});
  }

  FileName file_;
  size_t diagnostics_max_;
  Diagnostics diagnostics_;
};

}  // namespace graylane::doc
