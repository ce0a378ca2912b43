// AnnotationReader: the accepted annotations of one Ingress, after validation. Lives while one Ingress is read.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "dialect/ingress_nginx/annotations.h"

namespace graylane::ingress_nginx {

class AnnotationReader {
 public:
  /// Validates every annotation; what is refused is reported and marked in `out` (dropped, denied) or counts as absent.
  AnnotationReader(const api::Object& ingress, const ControllerConfig& config, bool validation, Annotations& out,
                   Diagnostics& diagnostics);

  bool has(std::string_view name) const { return accepted_.contains(name); }
  /// It is there, has a value, and the value was not accepted.
  bool was_refused(std::string_view name) const { return refused_.contains(name); }
  Position at(std::string_view name) const;
  /// Blanks at the ends of each line removed; empty values count as absent.
  std::optional<At<std::string>> text(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  std::optional<int64_t> number(std::string_view name) const;

  void report(Severity severity, std::string_view id, std::string_view name, std::string message, std::string fix) const;
  void deny(std::string_view name, std::string why);

 private:
  void read(const doc::Member& member);
  void refuse(const AnnotationSpec& spec, const std::string& value, Position at);
  Position place_of(std::string_view name) const;
  bool is_shadowed(std::string_view name) const;
  void report_unknown(std::string_view name) const;
  void report_prefix(const doc::Member& member);

  const api::Object& ingress_;
  const ControllerConfig& config_;
  bool validation_;
  Annotations& out_;
  Diagnostics& diagnostics_;
  std::map<std::string, At<std::string>, std::less<>> accepted_;
  std::map<std::string, Position, std::less<>> places_;
  std::set<std::string, std::less<>> refused_;
};

}  // namespace graylane::ingress_nginx
