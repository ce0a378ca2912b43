// TlsContext: what a Server needs to speak TLS 1.2 and 1.3: its certificate and key, and the CA of its clients. Immutable;
// shared by the server and its connections; any thread. Sessions are not resumed: a handshake with P-256 costs well under a
// millisecond, and what a client's certificate says is then looked at on every connection.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace graylane::httpd {

struct TlsOptions {
  std::string certificate_pem;  // with its chain, the server's own first
  std::string key_pem;
  std::string client_ca_pem;  // who signs clients' certificates; empty: they are not asked for one
};

class TlsContext {
 public:
  /// kInvalid: something is no PEM, or key and certificate do not belong together.
  static Result<std::shared_ptr<const TlsContext>> create(const TlsOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* get() const { return context_; }

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace graylane::httpd
