// Cookies that the gateway itself sets: session affinity ("NODE|BACKEND", as ingress-nginx has it) and sticky splits.
#pragma once

#include <string>
#include <string_view>

#include "route/split.h"

namespace graylane::gateway {

struct AffinityCookie {
  std::string_view node;
  std::string_view backend;
};

/// Parts that are missing are empty.
AffinityCookie read_affinity_cookie(std::string_view value);

/// Writes the value of a Set-Cookie field with a random value; with a backend key it is "RANDOM|KEY". Returns RANDOM, a view of
/// `set_cookie`.
std::string_view mint_cookie(std::string_view name, std::string_view backend_key, bool secure, route::Rng& rng,
                             std::string& set_cookie);

/// 16 digits.
void append_hex(uint64_t number, std::string& out);

}  // namespace graylane::gateway
