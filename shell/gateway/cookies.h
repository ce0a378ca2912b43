// Cookies that the gateway itself sets: session affinity ("NODE|BACKEND", as ingress-nginx has it) and sticky splits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "route/split.h"
#include "route/upstream_policy.h"

namespace graylane::gateway {

struct AffinityCookie {
  std::string_view node;
  std::string_view backend;
};

/// Parts that are missing are empty.
AffinityCookie read_affinity_cookie(std::string_view value);

/// Writes the value of a Set-Cookie field with a random value. Returns that value, a view of `set_cookie`.
std::string_view mint_sticky_cookie(std::string_view name, bool secure, route::Rng& rng, std::string& set_cookie);

/// What an affinity cookie's attributes depend on.
struct CookieInput {
  bool https = false;  // as the client sees the connection
  std::string_view user_agent;
  uint64_t unix_seconds = 0;  // now
};

/// The value of a Set-Cookie field: "COOKIE=NODE|BACKEND" and the attributes, in ingress-nginx's order.
void append_affinity_cookie(const route::Affinity& affinity, std::string_view node, std::string_view backend_key,
                            const CookieInput& input, std::string& out);

/// A value without meaning.
void append_random(route::Rng& rng, std::string& out);

/// 16 digits.
void append_hex(uint64_t number, std::string& out);

}  // namespace graylane::gateway
