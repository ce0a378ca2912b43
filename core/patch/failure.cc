#include "patch/failure.h"

namespace graylane::patch {

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::kBadRequest: return "BadRequest";
    case Reason::kConflict: return "Conflict";
    case Reason::kInvalid: return "Invalid";
    case Reason::kRequestEntityTooLarge: return "RequestEntityTooLarge";
  }
  return "";
}

int http_status(Reason reason) {
  switch (reason) {
    case Reason::kBadRequest: return 400;
    case Reason::kConflict: return 409;
    case Reason::kInvalid: return 422;
    case Reason::kRequestEntityTooLarge: return 413;
  }
  return 500;
}

}  // namespace graylane::patch
