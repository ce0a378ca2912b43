#include "apiserver/reading.h"

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

httpd::Response error_response(const ApiError& error) {
  httpd::Response response = json_response(error.code, to_status(error));
  if (error.details.retry_after_seconds > 0)
    response.headers.push_back({"Retry-After", std::to_string(error.details.retry_after_seconds)});
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
