#include "sources/refusals.h"

#include "apiserver/rules_change.h"
#include "sources/places.h"

namespace graylane::sources {
namespace {

std::string deletion_command(const api::ObjectKey& key) {
  const std::string type = key.group.empty() ? key.kind : key.kind + "." + key.group;
  return "kubectl delete " + type + " " + key.name + (key.ns.empty() ? "" : " -n " + key.ns);
}

Diagnostic refusal(const api::Object& document, const std::string& field, std::string message) {
  return {Severity::kError, "refused", document.key.to_string(), field, std::move(message), {}, place_of(document, field), {}};
}

Diagnostic of_cause(const patch::Cause& cause, const api::Object& document) {
  const std::string field = cause.field.starts_with('.') ? cause.field.substr(1) : cause.field;
  const std::string told = field + ": " + cause.message;
  if (const size_t command = told.find(": kubectl "); command != told.npos) {  // the API itself tells what to do
    Diagnostic diagnostic = refusal(document, field, told.substr(0, command));
    diagnostic.fix = told.substr(command + 2);
    return diagnostic;
  }
  if (!apiserver::is_of_fixed_field(cause)) return refusal(document, field, told);
  const bool is_whole_field = cause.message.ends_with(": field is immutable");  // not only some ways to change it
  Diagnostic diagnostic = refusal(document, field, is_whole_field ? field + " cannot be changed once the object is there" : told);
  diagnostic.id = "immutable-field";
  diagnostic.fix = "undo the change, or delete the object and save the file again: " + deletion_command(document.key);
  return diagnostic;
}

}  // namespace

Diagnostics refusals(const apiserver::ApiError& error, const api::Object& document) {
  Diagnostics diagnostics;
  for (const patch::Cause& cause : error.details.causes) diagnostics.push_back(of_cause(cause, document));
  if (diagnostics.empty()) diagnostics.push_back(refusal(document, {}, error.message));
  return diagnostics;
}

Diagnostics refusals(const Diagnostics& of_whole, const api::Object& document) {
  Diagnostics diagnostics;
  for (const Diagnostic& found : of_whole) {
    if (found.severity != Severity::kError) continue;
    Diagnostic diagnostic = refusal(document, found.field, found.message + ", together with what others set on the object");
    diagnostic.id = found.id;
    diagnostic.fix = found.fix;
    diagnostics.push_back(std::move(diagnostic));
  }
  return diagnostics;
}

}  // namespace graylane::sources
