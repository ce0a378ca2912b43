// Responder: the answer to one request, to be given now or later, whole or as a stream. A handle that moves; all of its calls
// are made in the loop's thread. It may outlive the connection and the server: then its calls do nothing. One that is
// destroyed without an answer answers 500; a stream that is not ended is cut off, so that the client sees it is not whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "httpd/message.h"

namespace graylane::httpd {

class Exchange;

class Responder {
 public:
  explicit Responder(std::shared_ptr<Exchange> exchange);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  /// The whole answer.
  void respond(const Response& response);

  /// The head of a stream; chunks follow. `response.body` is its first chunk. A client that has closed its side of the
  /// connection is gone for a stream: nobody who waits for more does that.
  void begin_stream(Response response);

  enum class Flow : uint8_t {
    kMore,  // there is room
    kFull,  // taken, but the client is slow: wait for on_drain(). Over Limits::stream_bytes_max it is cut off
    kGone,  // nobody reads it
  };
  Flow write(std::string_view chunk);
  /// How much of the stream waits for the client, in bytes.
  size_t pending() const;
  void end_stream();

  /// Nobody will read the answer: the client closed, was too slow, or the server ended. Also told by on_gone(), once, and not
  /// after the answer was complete.
  bool gone() const;
  void on_gone(std::function<void()> callback);
  /// Called when a stream that was kFull has room again.
  void on_drain(std::function<void()> callback);

 private:
  void let_go();
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace graylane::httpd
