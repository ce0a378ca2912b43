// What requests and responses have in common beyond lines: the fields that decide about framing and the connection.
// Inside this folder only.
#pragma once

#include <string_view>

#include "http/h1_head.h"

namespace graylane::http {

/// The fields of one head that decide, gathered one by one.
struct Deciding {
  enum class Coding : uint8_t { kNone, kChunked, kOther, kBroken };

  std::string_view length_text;
  std::string_view upgrade;  // the first
  uint64_t length = 0;
  bool has_length = false;
  bool repeated_length = false;  // with another text, or by a request
  bool repeated_coding = false;
  Coding coding = Coding::kNone;
  bool close = false;
  bool keep_alive = false;
  bool names_upgrade = false;
  bool names_fields = false;

  void add_connection(std::string_view value);
  /// False: no length. A repeated one is only counted.
  bool add_length(std::string_view value);
  void add_coding(std::string_view value);
  /// What is wrong with the framing as a whole; status 400 or 501.
  Refusal refusal(bool http_1_1) const;
  bool keeps_alive(bool http_1_1) const { return !close && (http_1_1 || keep_alive); }
};

/// "app.example", "app.example:8080", "192.0.2.1", "[2001:db8::1]:80".
bool is_host(std::string_view text);

}  // namespace graylane::http
