// Request and Response of the control plane's HTTP server: plain values that own their bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/address.h"

namespace graylane::httpd {

/// Whom a client's certificate names. Only from one that TlsOptions::client_ca_pem signed for clients.
struct CertificateSubject {
  std::string common_name;
  std::vector<std::string> organizations;             // each O, in order
  std::chrono::system_clock::time_point valid_until;  // a connection may outlive it
};

/// What TLS told about the client of a request.
struct TlsPeer {
  std::optional<CertificateSubject> subject;
  std::string refused;  // why a certificate that it sent does not count; empty: it sent none, or a good one
};

struct Header {
  std::string name;
  std::string value;
};

struct QueryItem {
  std::string name;  // both decoded; '+' is a blank
  std::string value;
};

struct Request {
  std::string method;
  std::string path;              // as sent, without query; "/" when absent. See decode_percent()
  std::vector<QueryItem> query;  // in order; names may come again
  std::vector<Header> headers;   // in order, as sent; no TE, Connection and the like are taken out
  std::string host;              // Host, or the authority of an absolute target
  std::string body;
  net::SocketAddress peer;
  std::shared_ptr<const TlsPeer> tls;  // nullptr: plain HTTP

  /// The first of that name, without case; nullptr when absent.
  const std::string* header(std::string_view name) const;
  size_t header_count(std::string_view name) const;
  /// The first of that name; nullptr when absent.
  const std::string* query_value(std::string_view name) const;
};

/// A body that is made while it is sent, in the server's thread: the next piece when the client has taken the last one, so that a
/// large answer takes little memory and holds up nobody. Destroyed when it is sent or when nobody will read it.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Appends the next piece: some tens of KB, made in about a millisecond; nothing when there is more work than that before the next
  /// byte. False: that was the last one.
  virtual bool next(std::string& out) = 0;
  /// Memory that it has for itself.
  virtual size_t held_bytes() const { return 0; }
};

struct Response {
  uint16_t status = 200;
  std::string content_type = "text/plain; charset=utf-8";  // empty: none is sent
  std::string body;
  std::vector<Header> headers;  // beside Content-Type and what frames the body
  /// What follows `body`. One that ends with its first piece is sent with its length, others in chunks.
  std::shared_ptr<BodySource> rest = nullptr;
};

/// A text of one line or more; a newline is added at its end.
Response text_response(uint16_t status, std::string text);

/// "Not Found"; "Unknown" for statuses that have no name here.
std::string_view reason_of(uint16_t status);

/// Nothing when a '%' is not followed by two hex digits.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_blank = false);
/// Splits "a=1&b". Nothing when a '%' is wrong.
std::optional<std::vector<QueryItem>> parse_query(std::string_view query);

}  // namespace graylane::httpd
