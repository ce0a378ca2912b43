// Exchange: what a Responder and its connection share while one request is being answered. The loop's thread only.
#pragma once

#include <functional>

namespace graylane::httpd {

class Connection;

class Exchange {
 public:
  enum class State : uint8_t { kWaiting, kStreaming, kDone, kGone };

  State state = State::kWaiting;
  Connection* connection = nullptr;  // while kWaiting or kStreaming
  bool has_body = true;              // of a stream
  bool chunked = false;              // likewise
  bool full = false;                 // likewise: on_drain is owed
  std::function<void()> on_gone;
  std::function<void()> on_drain;
};

}  // namespace graylane::httpd
