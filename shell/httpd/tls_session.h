// TlsSession: TLS on one accepted, non-blocking socket, which it uses and does not own. Its calls behave as those of a socket, so
// that a connection need not know which of both it has. The loop's thread only.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "httpd/message.h"
#include "httpd/tls.h"

struct ssl_st;  // OpenSSL's SSL

namespace graylane::httpd {

class TlsSession {
 public:
  /// nullptr: no memory.
  static std::unique_ptr<TlsSession> accept(const TlsContext& context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Handshake : uint8_t {
    kDone,
    kWaits,      // for the socket
    kPlainHttp,  // the client does not speak TLS; nothing was read yet
    kFailed,     // where TLS has an alert for it, it is sent
  };
  Handshake handshake();
  /// Once the handshake is done.
  std::shared_ptr<const TlsPeer> peer() const;

  /// As recv() and send() without blocking: -1 and errno EAGAIN when the socket has to be waited for.
  ssize_t receive(char* bytes, size_t size);
  ssize_t send(std::string_view bytes);
  /// Memory for what the socket did not take at once.
  size_t held_bytes() const { return wire_.sealed.capacity(); }
  /// Tells the client that nothing will follow. False: try again when the socket can be written.
  bool finish();

 private:
  /// The socket as OpenSSL's BIO sees it: without SIGPIPE.
  struct Wire {
    int fd;
    bool ended = false;       // the client's side
    bool gathers = false;     // what is written goes behind `sealed`
    std::string sealed = {};  // records on their way
    size_t sent = 0;          // of it
  };
  struct WireBio;

  explicit TlsSession(int fd) : wire_{fd} {}
  ssize_t result_of(int returned);
  ssize_t write(std::string_view bytes);
  ssize_t seal(std::string_view bytes);
  bool send_sealed();

  Wire wire_;
  size_t sealed_bytes_ = 0;  // what `wire_.sealed` holds, before it was sealed
  ssl_st* ssl_ = nullptr;
  bool saw_first_byte_ = false;
};

}  // namespace graylane::httpd
