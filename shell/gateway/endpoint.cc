#include "gateway/endpoint.h"

namespace graylane::gateway {

void Endpoint::succeeded(std::chrono::nanoseconds time) {
  failures = 0;
  ejected_until = {};
  constexpr int kWeight = 8;  // of the past: an eighth of the average is the newest
  answer_time = answer_time.count() == 0 ? time : answer_time + (time - answer_time) / kWeight;
}

void Endpoint::failed(net::Instant now) {
  // After an ejection one more failure is enough for the next.
  if (++failures >= kFailuresToEject) ejected_until = now + kEjectionTime;
}

}  // namespace graylane::gateway
