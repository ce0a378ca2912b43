#include "apiserver/reading.h"

#include <set>
#include <string_view>

#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;

api::ObjectKey key_of(const Target& target, const Kind& kind) {
  return {kind.storage_group, kind.gvk.kind, kind.namespaced ? target.ns : "", target.name};
}

control::Selector selector_of(const Target& target, const Kind& kind, const ListOptions& options) {
  control::Selector selector{kind.storage_group, kind.gvk.kind, std::nullopt, std::nullopt};
  if (!kind.namespaced) selector.ns = "";
  else if (!target.ns.empty()) selector.ns = target.ns;
  if (!target.name.empty()) selector.name = target.name;
  else if (const std::string* name = options.fields.name()) selector.name = *name;
  return selector;
}

httpd::Response document_response(uint16_t status, std::string json, const Form& form) {
  httpd::Response response;
  response.status = status;
  response.content_type = form.content_type();
  response.body = in_language(std::move(json), form);
  if (!form.yaml) response.body += '\n';
  return response;
}

httpd::Response json_response(uint16_t status, const doc::Value& document) {
  return document_response(status, doc::to_json(document), {});
}

namespace {

// Clients take only so much of a head; some no more than a hundred lines.
constexpr size_t kWarningsMax = 50, kWarningsBytesMax = 4096;
constexpr size_t kWarningBytesMax = 256;  // of one, where all are too long

std::string_view beginning(std::string_view text) {
  if (text.size() <= kWarningBytesMax) return text;
  size_t end = kWarningBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside of a character
  return text.substr(0, end);
}

}  // namespace

void add_warnings(httpd::Response& response, const std::vector<std::string>& warnings) {
  std::set<std::string_view> told;
  size_t bytes = 0;
  for (const std::string& warning : warnings) bytes += told.insert(warning).second ? warning.size() : 0;
  const bool cut = bytes > kWarningsBytesMax;
  bytes = 0;
  size_t count = 0;
  for (const std::string& warning : warnings) {
    if (bytes >= kWarningsBytesMax || count == kWarningsMax || told.erase(warning) == 0) continue;
    ++count;
    const std::string_view text = cut ? beginning(warning) : warning;
    bytes += text.size();
    response.headers.push_back({"Warning", "299 - " + go_quoted(text)});
  }
}

httpd::Response error_response(const ApiError& error) {
  httpd::Response response = json_response(error.code, to_status(error));
  if (error.details.retry_after_seconds > 0)
    response.headers.push_back({"Retry-After", std::to_string(error.details.retry_after_seconds)});
  add_warnings(response, error.warnings);
  return response;
}

void add_deprecation(httpd::Response& response, const Kind& kind) {
  if (!kind.deprecation.empty()) response.headers.push_back({"Warning", "299 - " + go_quoted(kind.deprecation)});
}

Outcome<httpd::Response> get_object(store::Store& store, const Target& target, const Kind& kind, const api::Kinds& kinds,
                                    const httpd::Request& request, int64_t now) {
  auto form = choose_form_of(request.header("Accept"), false, kind.gvk.kind);
  if (!form) return refuse(std::move(form.error()));
  if (request.query_value("export"))
    return refuse(bad_request("the export parameter, deprecated since v1.14, is no longer supported"));
  const auto include = parse_include_object(request);
  if (!include) return refuse(include.error());
  const std::string* wanted = request.query_value("resourceVersion");
  const auto revision = parse_revision(wanted ? *wanted : "");
  if (!revision) return refuse(revision.error());
  if (*revision > store.revision()) return refuse(too_new_revision(*revision, store.revision()));
  auto object = store.get(key_of(target, kind));
  if (!object) return refuse(from_store(object.error(), kind, target.name));
  return document_response(200, document(**object, (*object)->revision, {kind, kinds, *form, *include, now}), *form);
}

}  // namespace graylane::apiserver
