#include "gateway/cookies.h"

#include <algorithm>

namespace graylane::gateway {

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
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kDigits[number >> shift & 15]);
}

std::string_view mint_cookie(std::string_view name, std::string_view backend_key, bool secure, route::Rng& rng,
                             std::string& set_cookie) {
  set_cookie.assign(name).append("=");
  const size_t begin = set_cookie.size();
  append_hex(rng.next(), set_cookie);
  append_hex(rng.next(), set_cookie);
  const size_t size = set_cookie.size() - begin;
  if (!backend_key.empty()) set_cookie.append("|").append(backend_key);
  set_cookie.append("; Path=/; ").append(secure ? "Secure; " : "").append("HttpOnly");
  return std::string_view(set_cookie).substr(begin, size);
}

}  // namespace graylane::gateway
