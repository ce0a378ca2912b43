#include "apiserver/reading.h"

#include <charconv>
#include <optional>

#include "doc/print.h"

namespace graylane::apiserver {

using api::Kind;

namespace {

/// Where a list goes on, as the client carries it: "gl1.REVISION.NAMESPACE.NAME". Revision 0: the newest state, so that the rest
/// may not fit what came before.
struct Continue {
  uint64_t revision = 0;
  std::string ns;
  std::string name;

  std::string to_string() const { return "gl1." + std::to_string(revision) + "." + ns + "." + name; }

  static Outcome<Continue> parse(std::string_view text) {
    constexpr std::string_view kHead = "gl1.";
    Continue result;
    const auto wrong = [] { return refuse(bad_request("continue key is not valid: it does not come from this server")); };
    if (!text.starts_with(kHead)) return wrong();
    text.remove_prefix(kHead.size());
    const auto read = std::from_chars(text.data(), text.data() + text.size(), result.revision);
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
    if (read.ec != std::errc() || !text.starts_with('.')) return wrong();
    text.remove_prefix(1);
    const size_t dot = text.find('.');
    if (dot == text.npos || dot + 1 == text.size()) return wrong();
    result.ns = text.substr(0, dot);
    result.name = text.substr(dot + 1);
    return result;
  }
};

/// Which state and which piece of it. `newest`: the store's revision.
Outcome<store::Page> page_of(const ListOptions& options, const Kind& kind, const std::string& ns, uint64_t newest) {
  store::Page page;
  page.limit = options.limit;
  const bool exact = options.match == ListOptions::Match::kExact ||
                     (options.match == ListOptions::Match::kUnset && options.limit != 0 && options.revision != 0);
  if (exact) page.revision = options.revision;
  if (!options.labels.empty() || !options.fields.empty())
    page.keep = [&options](const api::Object& object) {
      return options.labels.matches(object.content) && options.fields.matches(object.content);
    };
  if (options.continue_token.empty()) return page;
  if (!options.resource_version.empty() && options.resource_version != "0")
    return refuse(bad_request("specifying resource version is not allowed when using continue"));
  auto from = Continue::parse(options.continue_token);
  if (!from) return refuse(std::move(from.error()));
  if (!ns.empty() && from->ns != ns)
    return refuse(bad_request("continue key is not valid: it is of a list of another namespace"));
  if (from->revision > newest) return refuse(bad_request("continue key is not valid: it does not come from this server"));
  page.revision = from->revision;
  page.after = api::ObjectKey{kind.storage_group, kind.gvk.kind, from->ns, from->name};
  return page;
}

ApiError expired_list(const store::Page& page) {
  if (!page.after) return expired("The resourceVersion for the provided list is too old.");
  ApiError error = expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
      "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with "
      "the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.");
  error.continue_token = Continue{0, page.after->ns, page.after->name}.to_string();
  return error;
}

ListMeta meta_of(const store::Paged& paged, const ListOptions& options) {
  ListMeta meta{.revision = paged.revision};
  if (paged.remaining == 0 || paged.items.empty()) return meta;
  const api::ObjectKey& last = paged.items.back()->key;
  meta.continue_token = Continue{paged.revision, last.ns, last.name}.to_string();
  if (options.labels.empty() && options.fields.empty()) meta.remaining = paged.remaining;
  return meta;
}

}  // namespace

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
  auto form = choose_form(request.header("Accept"));
  if (!form) return refuse(std::move(form.error()));
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

Outcome<httpd::Response> list_objects(store::Store& store, const Target& target, const Kind& kind, const api::Kinds& kinds,
                                      const httpd::Request& request, int64_t now) {
  auto form = choose_form(request.header("Accept"));
  if (!form) return refuse(std::move(form.error()));
  const auto options = parse_list_options(request, kind);
  if (!options) return refuse(options.error());
  if (options->revision > store.revision()) return refuse(too_new_revision(options->revision, store.revision()));
  const auto page = page_of(*options, kind, target.ns, store.revision());
  if (!page) return refuse(page.error());
  auto paged = store.page(selector_of(target, kind, *options), *page);
  if (!paged && paged.error().code == ErrorCode::kExpired) return refuse(expired_list(*page));
  if (!paged) return refuse(from_store(paged.error(), kind, ""));
  const View view{kind, kinds, *form, options->include_object, now};
  return document_response(200, list_document(paged->items, meta_of(*paged, *options), view), *form);
}

}  // namespace graylane::apiserver
