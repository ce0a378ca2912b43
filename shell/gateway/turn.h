// TurnClock: the wall-clock time of a turn, read when first asked for, and as the text of a Date field, written once a second.
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace graylane::gateway {

class TurnClock {
 public:
  void begin_turn() { read_ = false; }
  /// "Sun, 06 Nov 1994 08:49:37 GMT"
  std::string_view date();
  uint64_t unix_milliseconds();

 private:
  void read();

  bool read_ = false;
  timespec now_{};
  time_t written_ = -1;  // the second of text_
  std::array<char, 29> text_{};
};

}  // namespace graylane::gateway
