// AccessEntry: one line of the access log before it is formatted. Views into the worker's memory, valid during the call that
// takes them. There is no member for Authorization, Cookie or Set-Cookie: what is not passed cannot be logged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "telemetry/series.h"

namespace graylane::telemetry {

/// One try of an upstream. kNoTime / 0: it gave no answer.
struct UpstreamTry {
  std::string_view address;  // "10.0.0.1:8080"
  uint64_t response_bytes = 0;
  uint64_t response_duration = kNoTime;  // nanoseconds
  uint16_t status = 0;
};

inline constexpr size_t kLogTriesMax = 8;           // of one entry; further ones are left out
inline constexpr size_t kLogTargetBytesMax = 4096;  // longer ones are cut, also in the log
inline constexpr size_t kLogTextBytesMax = 1024;    // of every other text

struct AccessEntry {
  uint64_t unix_milliseconds = 0;  // when the request ended
  std::string_view client;         // address
  std::string_view user;           // see basic_auth_user(); empty: none
  std::string_view method;
  std::string_view target;    // as received
  std::string_view protocol;  // "HTTP/1.1"
  std::string_view host;
  uint16_t status = 0;
  uint64_t body_bytes_sent = 0;
  std::string_view referer;
  std::string_view user_agent;
  uint64_t request_bytes = 0;     // line, head and body
  uint64_t request_duration = 0;  // nanoseconds
  std::string_view ns;
  std::string_view ingress;
  std::string_view upstream;     // "NAMESPACE-SERVICE-PORT"; empty: none
  std::string_view alternative;  // the canary's, when it answered
  std::span<const UpstreamTry> tries;
  std::string_view request_id;
  std::string_view refused;  // why what came is no request; empty: it was one
};

/// The user's name in the value of an Authorization header with the scheme Basic; the password is not kept. Empty for all else.
std::string basic_auth_user(std::string_view authorization);

}  // namespace graylane::telemetry
