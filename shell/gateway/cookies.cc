#include "gateway/cookies.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <ctime>

namespace graylane::gateway {

namespace {

constexpr int64_t kExpiresSecondsMax = 100LL * 366 * 24 * 3600;

/// In the form of Netscape's cookies, as nginx writes it: a year of two digits for as long as that is clear.
void append_expires(uint64_t now_seconds, int64_t seconds, std::string& out) {
  const time_t at = static_cast<time_t>(now_seconds) + std::clamp(seconds, -kExpiresSecondsMax, kExpiresSecondsMax);
  tm parts{};
  gmtime_r(&at, &parts);
  const bool short_year = parts.tm_year >= 70 && parts.tm_year <= 137;  // 1970 to 2037
  char text[64];
  out.append("; Expires=");
  out.append(text, strftime(text, sizeof text, short_year ? "%a, %d-%b-%y %H:%M:%S GMT" : "%a, %d-%b-%Y %H:%M:%S GMT", &parts));
}

/// Browsers that take SameSite=None for Strict, or refuse the cookie.
bool refuses_same_site_none(std::string_view agent) {
  const auto has = [&](std::string_view text) { return agent.find(text) != std::string_view::npos; };
  if (has("Chrome/4") || has("Chrome/5") || has("Chrome/6")) return true;  // 40 to 69
  if (has("CPU iPhone OS 12") || has("iPad; CPU OS 12")) return true;
  return has("Macintosh") && has("Intel Mac OS X 10_14") && has("Safari") && !has("Chrome");
}

bool is_secure(route::Affinity::Secure secure, bool https) {
  return secure == route::Affinity::Secure::kAlways || (secure == route::Affinity::Secure::kByScheme && https);
}

/// 8 digits, all at once: one byte of a word for each.
void write_hex(uint32_t number, char* out) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  uint64_t digits = number;  // spread: a digit's value to a byte, the first one the lowest in memory
  digits = (digits & 0xffff) << 32 | digits >> 16;
  digits = (digits & 0x000000ff000000ff) << 16 | (digits >> 8 & 0x000000ff000000ff);
  digits = (digits & 0x000f000f000f000f) << 8 | (digits >> 4 & 0x000f000f000f000f);
  const uint64_t letters = (digits + 6 * kOnes) >> 4 & kOnes;  // 1 where the value is over 9
  digits += '0' * kOnes + letters * ('a' - '0' - 10);
  if constexpr (std::endian::native == std::endian::big) digits = __builtin_bswap64(digits);
  std::memcpy(out, &digits, sizeof digits);
}

}  // namespace

AffinityCookie read_affinity_cookie(std::string_view value) {
  AffinityCookie cookie;
  // Empty parts do not count, as in the matcher.
  while (!value.empty() && cookie.backend.empty()) {
    const std::string_view part = value.substr(0, value.find('|'));
    value.remove_prefix(std::min(value.size(), part.size() + 1));
    if (!part.empty()) (cookie.node.empty() ? cookie.node : cookie.backend) = part;
  }
  return cookie;
}

void append_hex(uint64_t number, std::string& out) {
  std::array<char, 16> text;
  write_hex(static_cast<uint32_t>(number >> 32), text.data());
  write_hex(static_cast<uint32_t>(number), text.data() + 8);
  out.append(text.data(), text.size());
}

void append_random(route::Rng& rng, std::string& out) {
  append_hex(rng.next(), out);
  append_hex(rng.next(), out);
}

std::string_view mint_sticky_cookie(std::string_view name, bool secure, route::Rng& rng, std::string& set_cookie) {
  set_cookie.assign(name).append("=");
  const size_t begin = set_cookie.size();
  append_random(rng, set_cookie);
  const size_t size = set_cookie.size() - begin;
  set_cookie.append("; Path=/; ").append(secure ? "Secure; " : "").append("HttpOnly");
  return std::string_view(set_cookie).substr(begin, size);
}

void append_affinity_cookie(const route::Affinity& affinity, std::string_view node, std::string_view backend_key,
                            const CookieInput& input, std::string& out) {
  out.append(affinity.cookie).append("=").append(node);
  if (!backend_key.empty()) out.append("|").append(backend_key);
  if (affinity.expires_seconds) append_expires(input.unix_seconds, *affinity.expires_seconds, out);
  if (affinity.max_age_seconds) out.append("; Max-Age=").append(std::to_string(*affinity.max_age_seconds));
  if (!affinity.domain.empty()) out.append("; Domain=").append(affinity.domain);
  if (!affinity.path.empty()) out.append("; Path=").append(affinity.path);
  if (is_secure(affinity.secure, input.https)) out.append("; Secure");
  out.append("; HttpOnly");
  const bool refused =
      affinity.conditional_same_site_none && affinity.same_site == "None" && refuses_same_site_none(input.user_agent);
  if (!affinity.same_site.empty() && !refused) out.append("; SameSite=").append(affinity.same_site);
}

}  // namespace graylane::gateway
