#include "http/h1_trailers.h"

#include <algorithm>

#include "http/h1_body.h"
#include "http/h1_fields.h"

namespace graylane::http {
namespace {

constexpr std::string_view kRefused[] = {
    "authorization",  "cache-control",  "content-encoding",  "content-length", "content-range",       "content-type",
    "cookie",         "expect",         "forwarded",         "host",           "max-forwards",        "proxy-authenticate",
    "range",          "set-cookie",     "www-authenticate",  "x-real-ip",      "proxy-authorization", "x-request-id",
    "x-original-url", "x-original-uri", "x-original-method", "location",       "authentication-info", "content-location"};
constexpr std::string_view kRefusedPrefix = "x-forwarded-";

bool is_refused(std::string_view name) {
  return is_hop_by_hop(name) || equal_names(name.substr(0, kRefusedPrefix.size()), kRefusedPrefix) ||
         std::ranges::any_of(kRefused, [&](std::string_view refused) { return equal_names(name, refused); });
}

}  // namespace

std::string_view refuse_trailers(std::string_view section) {
  FieldReader reader(section);
  HeaderField field;
  for (size_t count = 0; reader.next(field);) {
    if (++count > kTrailersMax) return "too many trailers";
    if (is_refused(field.name)) return "a trailer that belongs into the head";
  }
  return reader.why();
}

}  // namespace graylane::http
