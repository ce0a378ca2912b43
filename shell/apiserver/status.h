// ApiError: an answer that is no success, in the words that the API's clients know: code, reason, message, details. A plain value;
// to_status() makes the Status document of it. `Outcome` is what the functions of this folder return.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "api/kinds.h"
#include "base/error.h"
#include "doc/value.h"
#include "patch/failure.h"

namespace graylane::apiserver {

struct Details {
  std::string name = {};
  std::string group = {};
  std::string kind = {};  // the plural; of validation the kind
  std::string uid = {};
  std::vector<patch::Cause> causes = {};
  int64_t retry_after_seconds = 0;
  bool is_shown = false;  // even when it says nothing; some reasons always show it
};

struct ApiError {
  uint16_t code = 500;
  std::string reason;  // "NotFound"; may be empty
  std::string message;
  Details details = {};
  std::string continue_token = {};         // of an expired list: how to go on all the same
  std::vector<std::string> warnings = {};  // what was found before; in Warning headers
};

template <class T>
using Outcome = std::expected<T, ApiError>;

inline std::unexpected<ApiError> refuse(ApiError error) { return std::unexpected(std::move(error)); }

ApiError bad_request(std::string message);
ApiError not_found(const api::Kind& kind, std::string_view name);
/// Of a path inside a known group that leads to nothing.
ApiError no_such_resource();
ApiError already_exists(const api::Kind& kind, std::string_view name);
/// Somebody else changed it; `why` in the place of the usual text.
ApiError conflict(const api::Kind& kind, std::string_view name, std::string_view why = {});
ApiError forbidden(const api::Kind& kind, std::string_view name, std::string_view why);
ApiError invalid(const api::Kind& kind, std::string_view name, std::vector<patch::Cause> causes);
/// "CreateOptions.meta.k8s.io "" is invalid: ...".
ApiError invalid_options(std::string_view options, std::vector<patch::Cause> causes);
ApiError method_not_allowed();
/// Of an Accept that names no language which is served.
ApiError not_acceptable();
/// And of one whose language is served, but not what it should say: "as=Nope".
ApiError no_such_form();
ApiError unsupported_media_type(std::string_view accepted);
ApiError too_large(size_t bytes_max);
ApiError expired(std::string message);
ApiError too_new_revision(uint64_t wanted, uint64_t current);
ApiError not_implemented(std::string message);
ApiError internal_error(std::string message);
/// Of a patch of one object.
ApiError from_failure(const patch::Failure& failure, const api::Kind& kind, std::string_view name);
/// Of the store about one object.
ApiError from_store(const Error& error, const api::Kind& kind, std::string_view name);

// Causes of a validation, as `FIELD: MESSAGE` in the whole's message.
patch::Cause required(std::string field, std::string_view detail = {});
patch::Cause invalid_value(std::string field, const std::string& value_text, std::string_view detail);

doc::Value to_status(const ApiError& error);
/// Of what was asked for by POST, is done, and has nothing to show.
doc::Value success_status();
/// Of a successful deletion.
doc::Value deleted_status(const api::Kind& kind, std::string_view name, std::string_view uid);

/// Go's %q of a text.
std::string go_quoted(std::string_view text);
/// "deployments.apps"; "pods".
std::string qualified(const api::Kind& kind);

}  // namespace graylane::apiserver
