// Formatting of access log lines. One thread; the formatter keeps the text of the last second it met.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "telemetry/access_entry.h"

namespace graylane::telemetry {

enum class LogFormat : uint8_t {
  kJson,          // one object per line
  kIngressNginx,  // its default log-format-upstream
};

/// As nginx does: '"', '\' and all bytes outside of printable ASCII become \xHH.
void append_escaped(std::string& line, std::string_view text);
/// A JSON string with its quotes, always valid UTF-8: a byte that is not becomes the four characters \xHH (with the backslash escaped).
void append_json_string(std::string& line, std::string_view text);

class AccessFormatter {
 public:
  explicit AccessFormatter(LogFormat format) : format_(format) {}
  /// Appends one line with its newline.
  void append(const AccessEntry& entry, std::string& out);

 private:
  void append_json(const AccessEntry& entry, std::string& out) const;
  void append_ingress_nginx(const AccessEntry& entry, std::string& out);
  void update_local_time(uint64_t unix_seconds);

  LogFormat format_;
  uint64_t second_ = UINT64_MAX;  // what local_time_ says
  std::string local_time_;
};

}  // namespace graylane::telemetry
