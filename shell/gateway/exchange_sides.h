// The two sides of an exchange, as it sees them: the client's and the upstream's. HTTP/1 connections implement them; the
// streams of an HTTP/2 connection can. One worker's thread.
#pragma once

#include <string_view>

#include "gateway/message.h"

namespace graylane::gateway {

class Connection;

/// What an exchange asks of either side. Bytes are views that live until the writer's next flush.
class Side {
 public:
  virtual void send_body(std::string_view bytes) = 0;
  /// The message is complete. `trailers`: lines with CRLF, without the empty line; passed on where the framing can.
  virtual void send_end(std::string_view trailers) = 0;
  /// More was sent than the socket took: send no more until told that it drained.
  virtual bool blocked() const = 0;
  /// The exchange takes input again: goes on reading, not before the present event is done with.
  virtual void read_later() = 0;
  /// The connection that takes a body just as it is; nullptr: its framing has to be written.
  virtual Connection* raw_target() = 0;
  /// From now on bytes pass without framing in both directions.
  virtual void start_tunnel() = 0;

 protected:
  ~Side() = default;
};

class ClientSide : public Side {
 public:
  virtual void send_continue() = 0;
  virtual void send_head(const ResponseStart& response) = 0;
  /// The answer cannot be completed: the client must not take it for whole.
  virtual void cut() = 0;
  /// In the tunnel: no more bytes will come from the upstream.
  virtual void finish_tunnel() = 0;
  /// Bytes of the body went to raw_target().
  virtual void on_body_moved(uint64_t bytes) = 0;
  /// Of this answer, its head and framing included.
  virtual uint64_t bytes_sent() const = 0;
};

class UpstreamSide : public Side {
 public:
  virtual void send_head(const RequestStart& request) = 0;
  /// The exchange has no more use for it and will not be told of anything again. The connection goes to the pool when both
  /// messages are complete, else it is closed.
  virtual void release() = 0;
  /// In the tunnel: no more bytes will come from the client.
  virtual void finish_tunnel() = 0;
};

}  // namespace graylane::gateway
