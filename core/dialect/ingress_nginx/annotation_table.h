// The annotations of ingress-nginx 1.15.1: what each may hold, what a bad value does, and what becomes of it here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace graylane::ingress_nginx {

inline constexpr std::string_view kAnnotationPrefix = "nginx.ingress.kubernetes.io/";

enum class Risk : uint8_t { kLow, kMedium, kHigh, kCritical };

/// What ingress-nginx does with an object whose annotation holds something that it refuses.
enum class OnInvalid : uint8_t {
  kIgnore,  // the annotation counts as absent
  kDrop,    // the whole Ingress is left out
  kDeny,    // the Ingress's locations answer 503
};

/// What an annotation may hold. The character sets are those of ingress-nginx's validators.
enum class Check : uint8_t {
  kAnything,
  kBool,         // Go's ParseBool
  kInt,          // Go's Atoi
  kBasic,        // letters, digits, - . _ ~ / : and blanks
  kExtended,     // the same and ,
  kRegex,        // the same without blanks, and ^ $ [ ] ( ) { } * + ? | & = backslash
  kPath,         // the first set without blanks, and $
  kUrl,          // the first set without blanks, and , ? & =
  kUrlVariable,  // the same and $ and blanks
  kServerNames,  // a list of kRegex
  kServiceName,
  kSize,      // digits and k, m or g
  kCidrs,     // a list of addresses and ranges
  kVariable,  // letters, digits, - _ $ { } and blanks
  kHeaders,   // a list of header names
  kCodes,     // a list of status codes
  kCiphers,
  kLoadBalance,  // round_robin, ewma
  kAuthType,     // basic, digest
};

enum class Support : uint8_t {
  kApplied,
  kInert,       // no influence on where a request goes; the gateway's or nobody's business
  kNotYet,      // reported by name: it has no effect yet
  kProtection,  // not applied yet either: what it protects fails closed
  kSnippet,
};

struct AnnotationSpec {
  std::string_view name;
  Risk risk;
  OnInvalid on_invalid;
  Check check;
  Support support;
};

/// Null when ingress-nginx knows no such annotation. `name` is without the prefix.
const AnnotationSpec* find_annotation(std::string_view name);
/// The known name that looks most like it; empty when none does.
std::string_view similar_annotation(std::string_view name);
/// Whether a prefix other than ours looks as if ours was meant: one of old releases, or a misspelt one. With its '/'.
bool is_similar_prefix(std::string_view prefix);
/// Why an annotation of older releases has no effect any more; empty when it is not one of them.
std::string_view gone_annotation(std::string_view name);

/// Whether the value is acceptable, before blanks at its ends are removed.
bool is_valid(Check check, std::string_view value);
/// "letters, digits and - . _ ~ / :" and the like, for messages.
std::string_view description(Check check);

}  // namespace graylane::ingress_nginx
