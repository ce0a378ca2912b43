// Opening stream sockets: all non-blocking, close-on-exec, TCP_NODELAY. Any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "net/address.h"
#include "net/fd.h"

namespace graylane::net {

/// One listener. Fails with kUnavailable; when the address is taken the error names the process, where it can be seen.
Result<Fd> listen(const SocketAddress& address);

/// `count` listeners on one address, among which the kernel shares out connections (SO_REUSEPORT). The first one binds alone,
/// so that no other process, not even another of ours, can hold the address at the same time. Port 0: one free port for all.
Result<std::vector<Fd>> listen_shared(const SocketAddress& address, size_t count);

/// Starts to connect; writable when connected or failed (see socket_error). Fails at once only for want of descriptors or
/// of a way to the address.
Result<Fd> connect(const SocketAddress& address);
/// SO_ERROR, read and cleared: 0 or an errno value.
int socket_error(int fd);

SocketAddress local_address(int fd);
SocketAddress peer_address(int fd);

/// One connection of a listener; empty when none waits, or errno says why. `peer` is filled in.
Fd accept(int listener, SocketAddress& peer);

/// The process that listens on this address; 0 when it cannot be seen. Reads /proc.
int process_listening_on(const SocketAddress& address);

}  // namespace graylane::net
