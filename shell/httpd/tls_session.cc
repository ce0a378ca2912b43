#include "httpd/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "httpd/tls_peer.h"

namespace graylane::httpd {

namespace {

constexpr size_t kRecordBytes = 16 * 1024;
constexpr size_t kTogetherBytes = 4 * kRecordBytes;

}  // namespace

// ---- the socket, for OpenSSL ----

struct TlsSession::WireBio {
  static Wire& wire(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(wire(bio).fd, bytes, static_cast<size_t>(size), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (got == 0) wire(bio).ended = true;
    return static_cast<int>(got);
  }
  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    if (wire(bio).gathers || !wire(bio).sealed.empty()) {
      wire(bio).sealed.append(bytes, static_cast<size_t>(size));
      return size;
    }
    const ssize_t sent = ::send(wire(bio).fd, bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return wire(bio).ended ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }
  static const BIO_METHOD* method() {
    static const BIO_METHOD* const kMethod = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "graylane socket");
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return kMethod;
  }
  static BIO* create(Wire& wire) {
    BIO* bio = BIO_new(method());
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
  }
};

// ---- the session ----

std::unique_ptr<TlsSession> TlsSession::accept(const TlsContext& context, int fd) {
  std::unique_ptr<TlsSession> session(new TlsSession(fd));
  session->ssl_ = SSL_new(context.get());
  BIO* bio = session->ssl_ == nullptr ? nullptr : WireBio::create(session->wire_);
  if (bio == nullptr) return nullptr;
  SSL_set_bio(session->ssl_, bio, bio);
  SSL_set_accept_state(session->ssl_);
  return session;
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::Handshake TlsSession::handshake() {
  if (!saw_first_byte_) {
    char first = 0;
    const ssize_t got = ::recv(wire_.fd, &first, 1, MSG_PEEK);
    if (got <= 0) return got < 0 && errno == EAGAIN ? Handshake::kWaits : Handshake::kFailed;
    // TLS begins with a byte that is no letter, HTTP with the method's first letter.
    if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z')) return Handshake::kPlainHttp;
    saw_first_byte_ = true;
  }
  ERR_clear_error();
  const ssize_t done = result_of(SSL_do_handshake(ssl_));
  if (done > 0) return Handshake::kDone;
  return done < 0 && errno == EAGAIN ? Handshake::kWaits : Handshake::kFailed;
}

std::shared_ptr<const TlsPeer> TlsSession::peer() const { return std::make_shared<const TlsPeer>(peer_of(ssl_)); }

ssize_t TlsSession::receive(char* bytes, size_t size) {
  ERR_clear_error();
  return result_of(SSL_read(ssl_, bytes, static_cast<int>(std::min<size_t>(size, std::numeric_limits<int>::max()))));
}

ssize_t TlsSession::send(std::string_view bytes) {
  ERR_clear_error();
  if (wire_.sealed.empty() && bytes.size() <= kRecordBytes) return write(bytes);
  if (wire_.sealed.empty()) {
    if (const ssize_t sealed = seal(bytes); sealed <= 0) return sealed;
  }
  if (!send_sealed()) return -1;
  return static_cast<ssize_t>(std::exchange(sealed_bytes_, 0));
}

ssize_t TlsSession::write(std::string_view bytes) {
  return result_of(
      SSL_write(ssl_, bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), std::numeric_limits<int>::max()))));
}

/// Several records, for one call of the kernel.
ssize_t TlsSession::seal(std::string_view bytes) {
  bytes = bytes.substr(0, kTogetherBytes);
  wire_.gathers = true;
  ssize_t sealed = 0;
  while (sealed_bytes_ < bytes.size() && (sealed = write(bytes.substr(sealed_bytes_))) > 0)
    sealed_bytes_ += static_cast<size_t>(sealed);
  wire_.gathers = false;
  return sealed;
}

/// False, and errno, when the socket did not take all of it.
bool TlsSession::send_sealed() {
  while (wire_.sent < wire_.sealed.size()) {
    const ssize_t sent = ::send(wire_.fd, wire_.sealed.data() + wire_.sent, wire_.sealed.size() - wire_.sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    wire_.sent += static_cast<size_t>(sent);
  }
  std::string().swap(wire_.sealed);
  wire_.sent = 0;
  return true;
}

bool TlsSession::finish() {
  ERR_clear_error();
  const int told = SSL_shutdown(ssl_);  // 0: the client has not told the same, which nobody waits for
  return told >= 0 || result_of(told) >= 0 || errno != EAGAIN;
}

/// What a call of OpenSSL returned, in the way of a socket.
ssize_t TlsSession::result_of(int returned) {
  if (returned > 0) return returned;
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    default: errno = ECONNRESET; return -1;
  }
}

}  // namespace graylane::httpd
