// Error and Result: what a fallible function returns. Bad input and a failing environment are errors; a programmer's
// mistake is an assertion. No exception leaves a library.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/location.h"

namespace graylane {

enum class ErrorCode {
  kInvalid,  // the input is wrong
  kLimit,    // the input is over a documented limit
  kNotFound,
  kAlreadyExists,
  kConflict,  // somebody else changed it meanwhile
  kExpired,   // the revision asked for is no longer kept
  kUnsupported,
  kUnavailable,  // the environment failed; trying again may help
  kInternal,
};

/// What went wrong, where, why, and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string what;  // one line, no full stop
  Location where;    // may be empty
  std::string fix;   // one line in the imperative; may be empty

  /// "FILE:LINE:COLUMN: WHAT (fix: FIX)"
  std::string to_string() const;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string what, Location where = {}, std::string fix = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(where), std::move(fix)});
}

}  // namespace graylane
