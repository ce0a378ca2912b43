#include "gateway/turn.h"

#include <string>

namespace graylane::gateway {

namespace {

void put_number(char* at, int number) {
  at[0] = static_cast<char>('0' + number / 10 % 10);
  at[1] = static_cast<char>('0' + number % 10);
}

void write_date(time_t second, std::array<char, 29>& text) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  tm parts{};
  gmtime_r(&second, &parts);
  constexpr std::string_view kForm = "Sun, 00 Jan 0000 00:00:00 GMT";
  kForm.copy(text.data(), text.size());
  kDays.substr(static_cast<size_t>(parts.tm_wday) * 3, 3).copy(&text[0], 3);
  put_number(&text[5], parts.tm_mday);
  kMonths.substr(static_cast<size_t>(parts.tm_mon) * 3, 3).copy(&text[8], 3);
  put_number(&text[12], (parts.tm_year + 1900) / 100);
  put_number(&text[14], parts.tm_year + 1900);
  put_number(&text[17], parts.tm_hour);
  put_number(&text[20], parts.tm_min);
  put_number(&text[23], parts.tm_sec);
}

}  // namespace

void TurnClock::read() {
  if (read_) return;
  read_ = true;
  clock_gettime(CLOCK_REALTIME_COARSE, &now_);
}

std::string_view TurnClock::date() {
  read();
  if (written_ != now_.tv_sec) write_date(written_ = now_.tv_sec, text_);
  return {text_.data(), text_.size()};
}

uint64_t TurnClock::unix_milliseconds() {
  read();
  return static_cast<uint64_t>(now_.tv_sec) * 1000 + static_cast<uint64_t>(now_.tv_nsec) / 1'000'000;
}

}  // namespace graylane::gateway
