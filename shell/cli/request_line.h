// RequestLine: one request to be explained, as a line of JSON or a URL with flags gives it. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "route/request.h"

namespace graylane::cli {

inline constexpr size_t kRequestLineBytesMax = size_t{1} << 20;

struct RequestLine {
  std::string method = "GET";
  std::string proto = "http/1.1";
  bool tls = false;
  std::string host;
  std::string path = "/";  // and query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string client_ip = "127.0.0.1";

  /// Views into this object and into `fields`, which is filled here. The client's address must be one.
  route::Request view(std::vector<route::HeaderField>& fields) const;
  /// As a JSON object of one line.
  std::string to_json() const;
};

/// Reads {"host":"app.example","path":"/x",...}. An error's position counts the line as `line_number` of the file. Keys that
/// nobody knows are let through unless they look like a known one misspelled.
Result<RequestLine> parse_request_line(std::string_view line, const FileName& file, uint32_t line_number);

/// Reads "https://app.example:8443/x?y=1"; without a scheme it is http.
Result<RequestLine> parse_url(std::string_view url);

/// Adds "Name: value" or, for an empty value, "Name;". As with curl, Host replaces the host.
Result<void> add_header(RequestLine& request, std::string_view field);

}  // namespace graylane::cli
