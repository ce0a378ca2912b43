// What a client's certificate says, and whether it counts. For TlsSession.
#pragma once

#include "httpd/message.h"

struct ssl_st;  // OpenSSL's SSL

namespace graylane::httpd {

/// Of a session whose handshake is done.
TlsPeer peer_of(ssl_st* ssl);

}  // namespace graylane::httpd
