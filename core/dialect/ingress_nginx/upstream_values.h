// Values that ConfigMap and annotations share about the way to the endpoints, as nginx's directives read them.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "route/upstream_policy.h"

namespace graylane::ingress_nginx {

/// "error timeout http_503 non_idempotent", "off": nothing when a word is none of these. Tries and time are defaults.
std::optional<route::Retry> parse_next_upstream(std::string_view text);

/// The number of tries that holds for one that was asked for; 0, which means no limit in nginx, is the ceiling.
uint32_t tries_within_ceiling(int64_t asked);

/// Two words of the given characters; nothing when it is anything else, "off" included.
std::optional<route::CookieEdit> parse_cookie_path(std::string_view text);
std::optional<route::CookieEdit> parse_cookie_domain(std::string_view text);

/// The two words of proxy_redirect: the first may be an expression ("~", "~*"), both may hold variables.
Result<route::LocationEdit> parse_location_edit(std::string_view from, std::string_view to);
/// What "default" stands for: the name that nginx gives all backends.
route::LocationEdit default_location_edit();

/// Whether a text can stand in a Set-Cookie field as a value of an attribute.
bool is_cookie_text(std::string_view text);

}  // namespace graylane::ingress_nginx
