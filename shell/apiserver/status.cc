#include "apiserver/status.h"

#include <set>

#include "api/build.h"
#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;
using doc::Value;
using patch::Cause;

namespace {

Details details_of(const Kind& kind, std::string_view name) {
  return {.name = std::string(name), .group = kind.gvk.group, .kind = kind.plural};
}

/// What is there twice is said once.
std::string joined(const std::vector<Cause>& causes) {
  std::string text;
  std::set<std::string> told;
  for (const Cause& cause : causes) {
    std::string one = cause.field + ": " + cause.message;
    if (!told.insert(one).second) continue;
    if (!text.empty()) text += ", ";
    text += one;
  }
  return told.size() > 1 ? "[" + text + "]" : text;
}

void add(doc::Object& object, const char* name, const std::string& text) {
  if (!text.empty()) object.append(name, Value(text), {});
}

doc::Object details_value(const Details& details) {
  doc::Object object;
  add(object, "name", details.name);
  add(object, "group", details.group);
  add(object, "kind", details.kind);
  add(object, "uid", details.uid);
  doc::Array causes;
  for (const Cause& cause : details.causes) {
    doc::Object one;
    add(one, "reason", cause.reason);
    add(one, "message", cause.message);
    add(one, "field", cause.field);
    causes.emplace_back(std::move(one));
  }
  if (!causes.empty()) object.append("causes", Value(std::move(causes)), {});
  if (details.retry_after_seconds > 0) object.append("retryAfterSeconds", Value(details.retry_after_seconds), {});
  return object;
}

doc::Object status_head(const char* status, const std::string& continue_token = {}) {
  doc::Object object;
  object.append("kind", Value("Status"), {});
  object.append("apiVersion", Value("v1"), {});
  doc::Object metadata;
  add(metadata, "continue", continue_token);
  object.append("metadata", Value(std::move(metadata)), {});
  object.append("status", Value(status), {});
  return object;
}

}  // namespace

std::string go_quoted(std::string_view text) { return doc::to_json(Value(text)); }

std::string qualified(const Kind& kind) { return kind.gvk.group.empty() ? kind.plural : kind.plural + "." + kind.gvk.group; }

ApiError bad_request(std::string message) { return {400, "BadRequest", std::move(message)}; }

ApiError not_found(const Kind& kind, std::string_view name) {
  return {404, "NotFound", qualified(kind) + " " + go_quoted(name) + " not found", details_of(kind, name)};
}

ApiError no_such_resource() { return {404, "NotFound", "the server could not find the requested resource"}; }

ApiError already_exists(const Kind& kind, std::string_view name) {
  return {409, "AlreadyExists", qualified(kind) + " " + go_quoted(name) + " already exists", details_of(kind, name)};
}

ApiError conflict(const Kind& kind, std::string_view name, std::string_view why) {
  if (why.empty()) why = "the object has been modified; please apply your changes to the latest version and try again";
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + qualified(kind) + " " + go_quoted(name) + ": " + std::string(why),
          details_of(kind, name)};
}

ApiError forbidden(const Kind& kind, std::string_view name, std::string_view why) {
  return {403, "Forbidden", qualified(kind) + " " + go_quoted(name) + " is forbidden: " + std::string(why),
          details_of(kind, name)};
}

ApiError invalid(const Kind& kind, std::string_view name, std::vector<Cause> causes) {
  const std::string group = kind.gvk.group == "events.k8s.io" ? "" : kind.gvk.group;  // they are those of the core group
  const std::string subject = group.empty() ? kind.gvk.kind : kind.gvk.kind + "." + group;
  std::string message = subject + " " + go_quoted(name) + " is invalid: " + joined(causes);
  Details details{.name = std::string(name), .group = group, .kind = kind.gvk.kind, .causes = std::move(causes)};
  return {422, "Invalid", std::move(message), std::move(details)};
}

ApiError invalid_options(std::string_view options, std::vector<Cause> causes) {
  std::string message = std::string(options) + ".meta.k8s.io \"\" is invalid: " + joined(causes);
  Details details{.group = "meta.k8s.io", .kind = std::string(options), .causes = std::move(causes)};
  return {422, "Invalid", std::move(message), std::move(details)};
}

ApiError method_not_allowed() {
  return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource"};
}

ApiError not_acceptable() {
  return {406,
          "NotAcceptable",
          "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml",
          {.is_shown = true}};
}

ApiError no_such_form() {
  return {406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml"};
}

ApiError unsupported_media_type(std::string_view accepted) {
  return {415, "UnsupportedMediaType",
          "the body of the request was in an unknown format - accepted media types include: " + std::string(accepted)};
}

ApiError too_large(size_t bytes_max) {
  return {413, "RequestEntityTooLarge", "Request entity too large: limit is " + std::to_string(bytes_max)};
}

ApiError expired(std::string message) { return {410, "Expired", std::move(message)}; }

ApiError too_new_revision(uint64_t wanted, uint64_t current) {
  Details details{.causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}}, .retry_after_seconds = 1};
  return {504, "Timeout",
          "Timeout: Too large resource version: " + std::to_string(wanted) + ", current: " + std::to_string(current),
          std::move(details)};
}

ApiError not_implemented(std::string message) { return {501, "NotImplemented", std::move(message)}; }

ApiError internal_error(std::string message) {
  Details details{.causes = {{"", message, ""}}};
  return {500, "InternalError", "Internal error occurred: " + message, std::move(details)};
}

ApiError from_failure(const patch::Failure& failure, const Kind& kind, std::string_view name) {
  ApiError error{static_cast<uint16_t>(patch::http_status(failure.reason)),
                 std::string(patch::name_of(failure.reason)),
                 failure.message,
                 {}};
  if (failure.reason == patch::Reason::kInvalid)
    error.details = {.name = std::string(name), .group = kind.gvk.group, .kind = kind.gvk.kind};
  error.details.causes = failure.causes;
  return error;
}

ApiError from_store(const Error& error, const Kind& kind, std::string_view name) {
  switch (error.code) {
    case ErrorCode::kNotFound: return not_found(kind, name);
    case ErrorCode::kAlreadyExists: return already_exists(kind, name);
    case ErrorCode::kConflict: return conflict(kind, name);
    case ErrorCode::kExpired: return expired(error.what);
    case ErrorCode::kInvalid: return bad_request(error.what);
    case ErrorCode::kLimit:
    case ErrorCode::kUnavailable: {
      ApiError full{507, "ServiceUnavailable", error.to_string(), {}};
      full.details.retry_after_seconds = 1;
      return full;
    }
    default: return internal_error(error.to_string());
  }
}

Cause required(std::string field, std::string_view detail) {
  return {"FieldValueRequired", "Required value" + (detail.empty() ? "" : ": " + std::string(detail)), std::move(field)};
}

Cause invalid_value(std::string field, const std::string& value_text, std::string_view detail) {
  return {"FieldValueInvalid", "Invalid value: " + value_text + ": " + std::string(detail), std::move(field)};
}

namespace {

/// Whether `details` is there even if there is nothing to tell.
bool has_details(const std::string& reason) {
  return reason == "NotFound" || reason == "MethodNotAllowed" || reason == "Forbidden";
}

}  // namespace

Value to_status(const ApiError& error) {
  doc::Object object = status_head("Failure", error.continue_token);
  object.append("message", Value(error.message), {});
  if (!error.reason.empty()) object.append("reason", Value(error.reason), {});
  doc::Object details = details_value(error.details);
  if (!details.empty() || error.details.is_shown || has_details(error.reason))
    object.append("details", Value(std::move(details)), {});
  object.append("code", Value(int64_t{error.code}), {});
  return Value(std::move(object));
}

Value success_status() {
  doc::Object object = status_head("Success");
  object.append("code", Value(int64_t{201}), {});
  return Value(std::move(object));
}

Value deleted_status(const Kind& kind, std::string_view name, std::string_view uid) {
  doc::Object object = status_head("Success");
  Details details = details_of(kind, name);
  details.uid = uid;
  object.append("details", Value(details_value(details)), {});
  return Value(std::move(object));
}

}  // namespace graylane::apiserver
