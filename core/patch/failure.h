// Failure: why a patch was refused, in the words that the API's clients know: a reason they switch on, a message, and causes.
// A plain value. An API server turns it into a Status without looking inside.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graylane::patch {

enum class Reason : uint8_t {
  kBadRequest,             // 400: the patch has the wrong form
  kConflict,               // 409: others own what it sets
  kInvalid,                // 422: it does not fit this object
  kRequestEntityTooLarge,  // 413: over a limit
};

/// "BadRequest", as Status.reason has it.
std::string_view name_of(Reason reason);
/// 400, 409, 413 or 422.
int http_status(Reason reason);

struct Cause {
  std::string reason;  // "FieldManagerConflict"
  std::string message;
  std::string field;  // ".spec.replicas"; of a JSON patch the operation: "[3].path"
};

struct Failure {
  Reason reason = Reason::kBadRequest;
  std::string message;
  std::vector<Cause> causes;
};

template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> refuse(Reason reason, std::string message, std::vector<Cause> causes = {}) {
  return std::unexpected(Failure{reason, std::move(message), std::move(causes)});
}

}  // namespace graylane::patch
