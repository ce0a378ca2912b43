// Request: what routing needs to know of an HTTP request. Views into the caller's bytes; nothing is owned.
// Normalised: the same after the steps that nginx takes before it looks for a location.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "route/address.h"

namespace graylane::route {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

struct Request {
  std::string_view method = "GET";
  std::string_view host;                 // Host header or :authority as sent, with port and case
  std::string_view target;               // as sent: origin form or absolute form
  std::span<const HeaderField> headers;  // in wire order; Host need not be among them
  Address peer;                          // who opened the connection
  std::string_view peer_text;
  bool tls = false;  // the connection, not a forwarded header
  uint16_t listener_port = 80;
};

/// How a listener reads requests; the same for all of its hosts. Names and defaults are ingress-nginx's.
struct ListenerOptions {
  bool use_forwarded_headers = false;
  bool enable_real_ip = false;
  bool enable_underscores_in_headers = false;
  bool ignore_invalid_headers = true;
  bool compute_full_forwarded_for = false;  // with use_forwarded_headers: what the client sent, and the peer after it
  bool generate_request_id = true;          // for requests that bring none
  bool add_original_uri = false;            // X-Original-URI: the target as it came
  bool pass_server = false;                 // a backend's Server field goes before `server`, if that is set
  bool upgrade_without_connection = false;  // an Upgrade field goes on although Connection does not name it
  std::string forwarded_for_header = "x-forwarded-for";  // lower case
  std::vector<Cidr> proxy_real_ip_cidr;                  // empty: everybody is trusted, as 0.0.0.0/0 says
  std::string server;                                    // Server field of all answers; empty: none
  std::vector<std::string> hidden_fields;                // of backends' answers

  bool edits_answers() const { return !server.empty() || !hidden_fields.empty(); }
};

/// Longest path, in bytes, that is normalised; a longer one is refused (414 on the wire).
inline constexpr size_t kTargetBytesMax = 8'192;

/// Memory that routing needs for requests that cannot be answered by views alone (escaped paths, repeated headers).
/// One for each thread; keeps its capacity between requests.
struct TextScratch {
  std::string target;
  std::string path;
  std::string host;
  std::string joined;
};

struct Normalised {
  uint16_t refused_status = 0;  // 400: the gateway answers before any routing
  std::string_view refused_why;
  std::string_view target;     // origin form: an absolute target without its scheme and authority
  std::string_view host_name;  // lower case, no port, no trailing dot; an absolute target's authority beats the Host header
  std::string_view path;       // decoded, slashes merged, dot segments resolved
  std::string_view query;      // after the first '?', as sent
  bool has_query = false;
  bool path_was_escaped = false;  // the target held a '%'; nginx calls this quoted_uri
  Address client;                 // after real-ip headers, where they are trusted
};

/// The views live as long as the request's bytes and the scratch's next use.
Normalised normalise(const Request& request, const ListenerOptions& options, TextScratch& scratch);

/// The value of a header as nginx's $http_NAME has it: all lines of that name joined with ", " (Cookie: "; "), blanks at the
/// ends removed; nullptr data when absent. `name` is lower case with '-' for '_'. Names that nginx drops are not seen.
std::string_view find_header(const Request& request, std::string_view name, const ListenerOptions& options, TextScratch& scratch);

/// nginx's $cookie_NAME: names without case, the first pair wins over all Cookie lines. An empty name finds "=value".
/// nullptr data when absent. Source: the observable behaviour of ngx_http_parse_multi_cookie_lines.
std::string_view find_cookie(const Request& request, std::string_view name);

/// The cookie as ingress-nginx's balancer reads its affinity cookie: names with case, the last pair wins, values end at a
/// blank as well.
std::string_view find_cookie_exact(const Request& request, std::string_view name);

}  // namespace graylane::route
