// Endpoint: one upstream address as one worker knows it: its idle connections, what is in flight, and how it has answered.
// Shared by all backends that have the address. Owned by UpstreamPool; one worker's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "net/address.h"
#include "net/timer_wheel.h"

namespace graylane::gateway {

class UpstreamConnection;

struct Endpoint {
  net::SocketAddress address;
  std::string text;                        // "127.0.0.1:8080", for logs
  std::vector<UpstreamConnection*> idle;   // the last one became idle last
  uint32_t connections = 0;                // idle or not
  uint32_t in_flight = 0;                  // requests
  uint32_t users = 0;                      // backends that list it, and requests that hold it
  uint32_t failures = 0;                   // in a row
  net::Instant ejected_until{};            // not chosen before, unless all of a backend are ejected
  std::chrono::nanoseconds answer_time{};  // moving average, from asking to the answer's head; 0: not known

  bool ejected(net::Instant now) const { return now < ejected_until; }
  void succeeded(std::chrono::nanoseconds time);
  void failed(net::Instant now);
};

inline constexpr uint32_t kFailuresToEject = 3;
inline constexpr std::chrono::seconds kEjectionTime{10};

}  // namespace graylane::gateway
