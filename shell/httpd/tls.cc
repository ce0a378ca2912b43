#include "httpd/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <string_view>

namespace graylane::httpd {

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// With what OpenSSL said of it.
std::unexpected<Error> fail_tls(std::string_view what) {
  std::array<char, 256> reason{};
  const unsigned long error = ERR_peek_last_error();
  ERR_error_string_n(error, reason.data(), reason.size());
  ERR_clear_error();
  return fail(ErrorCode::kInvalid, std::string(what) + (error == 0 ? std::string() : ": " + std::string(reason.data())));
}

Owned<BIO> reader_of(const std::string& text) { return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Owned<X509> next_certificate(BIO* from) { return Owned<X509>(PEM_read_bio_X509(from, nullptr, nullptr, nullptr)); }

Result<void> use_certificate(SSL_CTX* context, const TlsOptions& options) {
  const auto certificates = reader_of(options.certificate_pem);
  const auto own = next_certificate(certificates.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return fail_tls("the server's certificate is not usable");
  while (const auto issuer = next_certificate(certificates.get()))
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return fail_tls("the server's certificate chain is not usable");
  const auto keys = reader_of(options.key_pem);
  // A passphrase would be asked for on the terminal otherwise.
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(keys.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  if (!key) return fail_tls("the server's key is not usable");
  ERR_clear_error();
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return fail_tls("the server's key does not belong to its certificate");
  return {};
}

/// The handshake goes on with a certificate that does not count: the request is then answered with a status, which says more than
/// an alert does. The error stays in the session: peer_of() looks at it.
int note_verification(X509_STORE_CTX* store, void*) {
  if (X509_verify_cert(store) <= 0 && X509_STORE_CTX_get_error(store) == X509_V_OK)
    X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
  return 1;
}

Result<void> ask_for_client_certificates(SSL_CTX* context, const std::string& ca_pem) {
  const auto certificates = reader_of(ca_pem);
  const auto ca = next_certificate(certificates.get());
  if (!ca || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) != 1 || SSL_CTX_add_client_CA(context, ca.get()) != 1)
    return fail_tls("the clients' CA certificate is not usable");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, note_verification, nullptr);
  return {};
}

constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};  // its length, as ALPN has it

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered, unsigned offered_size,
                    void*) {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kHttp11.data(), kHttp11.size(), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<void> configure(SSL_CTX* context, const TlsOptions& options) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);  // HTTP knows itself what is whole
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (auto used = use_certificate(context, options); !used) return used;
  return options.client_ca_pem.empty() ? Result<void>() : ask_for_client_certificates(context, options.client_ca_pem);
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::create(const TlsOptions& options) {
  ERR_clear_error();
  SSL_CTX* made = SSL_CTX_new(TLS_server_method());
  if (made == nullptr) return fail_tls("TLS is not available");
  std::shared_ptr<const TlsContext> context(new TlsContext(made));
  if (auto configured = configure(made, options); !configured) return std::unexpected(configured.error());
  ERR_clear_error();
  return context;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace graylane::httpd
