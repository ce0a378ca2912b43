#include "apiserver/handlers.h"

#include <functional>

#include "apiserver/binding.h"
#include "apiserver/compress.h"
#include "apiserver/discovery.h"
#include "apiserver/health.h"
#include "apiserver/listing.h"
#include "apiserver/reading.h"
#include "apiserver/request_timeout.h"
#include "apiserver/scale.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

httpd::Response no_such_page() { return httpd::text_response(404, "404 page not found"); }

/// A document that clients keep: they ask again with its tag.
httpd::Response tagged(const httpd::Request& request, std::string body, std::string content_type) {
  httpd::Response response;
  const std::string tag = "\"" + std::to_string(std::hash<std::string>()(body)) + "\"";
  const std::string* known = request.header("If-None-Match");
  response.content_type = std::move(content_type);
  if (known && *known == tag) response.status = 304;
  else response.body = std::move(body);
  response.headers = {{"ETag", tag}, {"Vary", "Accept"}};
  return response;
}

/// Of parts that a cluster has and that have no meaning here.
std::optional<std::string> why_not_served(const api::Kind& kind, const std::string& part) {
  if (is_pod(kind) && (part == "exec" || part == "attach" || part == "portforward"))
    return "pods/" + part + " is not served: Pods here are processes of this machine";
  const bool has_proxy = kind.gvk.group.empty() && (is_pod(kind) || kind.gvk.kind == "Service" || kind.gvk.kind == "Node");
  if (has_proxy && (part == "proxy" || part.starts_with("proxy/")))
    return kind.plural + "/proxy is not served: Pods and Services here have addresses that this machine reaches";
  if (kind.gvk.kind == "ServiceAccount" && part == "token")
    return "serviceaccounts/token is not served: the command \"graylane token\" makes tokens";
  return std::nullopt;
}

/// Whether the path behind an object leads to a part that is read and written like the object itself.
bool has_part(const api::Kind& kind, const std::string& part) {
  return part.empty() || (part == "status" && kind.has_status) || (part == "scale" && kind.has_scale);
}

/// Of parts that can only be written; nothing: it is none of these.
std::optional<std::string_view> method_of_part(const api::Kind& kind, const std::string& part) {
  if ((part == "binding" || part == "eviction") && is_pod(kind)) return "POST";
  if (part == "finalize" && kind.gvk.group.empty() && kind.gvk.kind == "Namespace") return "PUT";
  return std::nullopt;
}

bool reads(const httpd::Request& request) { return request.method == "GET" || request.method == "HEAD"; }

/// In the language that the client reads.
httpd::Response plain_document(const httpd::Request& request, const doc::Value& document) {
  const auto form = choose_form(request.header("Accept"), true);
  return form ? document_response(200, doc::to_json(document), *form) : error_response(form.error());
}

/// Errors too are said in the language that the client reads.
Reply in_language_of(const httpd::Request& request, Reply reply) {
  const std::string* accept = request.header("Accept");
  if (!accept || accept->find("yaml") == accept->npos) return reply;
  const auto form = choose_form(accept);
  if (!form || !form->yaml) return reply;
  return [form = *form, reply = std::move(reply)](httpd::Response response) {
    if (response.status >= 400 && response.content_type == "application/json") {
      response.body = in_language(std::move(response.body), form);
      response.content_type = form.content_type();
    }
    reply(std::move(response));
  };
}

}  // namespace

Handlers::Handlers(const api::Kinds& kinds, store::Store& store, World world)
    : store_(store), world_(std::move(world)), addresses_(store), custom_kinds_(kinds, store, world_) {}

void Handlers::answer(const httpd::Request& request, const identity::Identity& identity, const Reply& reply) {
  if (!accepts_gzip(request)) return answer_plainly(request, identity, reply);
  answer_plainly(request, identity, [reply](httpd::Response response) {
    compress(response);
    reply(std::move(response));
  });
}

void Handlers::answer_plainly(const httpd::Request& request, const identity::Identity& identity, const Reply& plain_reply) {
  const Reply reply = in_language_of(request, plain_reply);
  if (auto ok = check_timeout(request); !ok) return reply(error_response(ok.error()));
  catalog_ = custom_kinds_.catalog();
  if (auto response = fixed_path(request)) return reply(*std::move(response));
  if (auto response = openapi_.answer(request, *catalog_)) return reply(*std::move(response));
  auto target = parse_target(request.path);
  if (!target) return reply(error_response(target.error()));
  if (!*target || (*target)->resource.empty()) {
    auto response = group_path(request);
    return reply(response ? *std::move(response) : error_response(response.error()));
  }
  if (!catalog_->group((*target)->group)) return reply(no_such_page());
  if (is_bindings(**target)) return bind(request, identity, **target, reply);
  auto place = place_of(**target);
  if (!place) return reply(error_response(place.error()));
  at_place(request, identity, *place, reply);
}

std::optional<httpd::Response> Handlers::fixed_path(const httpd::Request& request) const {
  const std::string& path = request.path;
  const auto is = [&](std::string_view wanted) {
    return path == wanted || (path.size() == wanted.size() + 1 && path.starts_with(wanted) && path.back() == '/');
  };
  if (auto health = answer_health(request)) return health;
  const bool known = path == "/" || is("/version") || is("/api") || is("/apis");
  if (!known) return std::nullopt;
  if (!reads(request)) return error_response(method_not_allowed());
  if (path == "/") return json_response(200, path_list(*catalog_));
  if (is("/version")) return plain_document(request, version_document());
  return discovery(request, is("/api"));
}

httpd::Response Handlers::discovery(const httpd::Request& request, bool core) const {
  const auto format = choose_discovery(request.header("Accept"));
  if (!format) return error_response(format.error());
  if (format->empty()) {
    const auto form = choose_form(request.header("Accept"), true).value_or(Form());
    return tagged(request, in_language(doc::to_json(core ? api_versions() : api_group_list(*catalog_)), form),
                  form.content_type());
  }
  return tagged(request, doc::to_json(group_discovery_list(*catalog_, core, *format)),
                "application/json;g=apidiscovery.k8s.io;v=" + *format + ";as=APIGroupDiscoveryList");
}

/// /apis/GROUP, /apis/GROUP/VERSION and /api/v1.
Outcome<httpd::Response> Handlers::group_path(const httpd::Request& request) const {
  const auto target = parse_target(request.path);
  std::string_view path = request.path;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.starts_with("/apis/") && !*target) return no_such_page();
  const std::string name = *target ? (*target)->group : std::string(path.substr(6));
  const Group* group = catalog_->group(name);
  if (!group) return no_such_page();
  if (!reads(request)) return refuse(method_not_allowed());
  if (!*target) return plain_document(request, api_group(*group));
  const GroupVersion* version = catalog_->version(name, (*target)->version);
  if (!version || (*target)->watch) return refuse(no_such_resource());
  return plain_document(request, api_resource_list(name, *version));
}

Outcome<Place> Handlers::place_of(const Target& target) const {
  const api::Kind* kind = catalog_->resource(target.group, target.version, target.resource);
  const bool misplaced =
      kind && ((!kind->namespaced && !target.ns.empty()) || (kind->namespaced && target.ns.empty() && !target.name.empty()));
  if (!kind || misplaced) return refuse(no_such_resource());
  return Place{target, kind, catalog_};
}

std::optional<Place> Handlers::watched(const httpd::Request& request) {
  if (request.method != "GET") return std::nullopt;
  catalog_ = custom_kinds_.catalog();
  auto target = parse_target(request.path);
  if (!target || !*target || (*target)->resource.empty() || !(*target)->subresource.empty()) return std::nullopt;
  if (!(*target)->watch && !(is_set(request, "watch") && (*target)->name.empty())) return std::nullopt;
  auto place = place_of(**target);
  return place && place->kind->is_stored ? std::optional(*std::move(place)) : std::nullopt;
}

bool Handlers::serves(const Place& place) {
  const Target& target = place.target;
  return custom_kinds_.catalog()->resource(target.group, target.version, target.resource) != nullptr;
}

Outcome<httpd::Response> Handlers::read(const httpd::Request& request, const Place& place) {
  const Target& target = place.target;
  if (is_measured(*place.kind)) return get_metrics(store_, world_.measures, target, *place.kind, request);
  if (!place.kind->is_stored) return refuse(target.name.empty() ? method_not_allowed() : no_such_resource());
  if (target.subresource == "scale") return get_scale(store_, target, *place.kind, request, world_.unix_seconds());
  if (target.name.empty()) return list_objects(store_, place, request, world_.unix_seconds());
  return get_object(store_, target, *place.kind, place.catalog->kinds(), request, world_.unix_seconds());
}

void Handlers::at_place(const httpd::Request& request, const identity::Identity& identity, const Place& place,
                        const Reply& reply) {
  if (!place.kind->deprecation.empty()) {
    const auto told = [place, reply](httpd::Response response) {
      add_deprecation(response, *place.kind);
      reply(std::move(response));
    };
    return ask(request, identity, place, told);
  }
  ask(request, identity, place, reply);
}

void Handlers::ask(const httpd::Request& request, const identity::Identity& identity, const Place& place, const Reply& reply) {
  const std::string& sub = place.target.subresource;
  if (const auto why = why_not_served(*place.kind, sub)) return reply(error_response(not_implemented(*why)));
  const auto only_method = method_of_part(*place.kind, sub);
  if (!has_part(*place.kind, sub) && !only_method) return reply(error_response(no_such_resource()));
  const bool fits = only_method ? request.method == *only_method : !place.target.watch || request.method == "GET";
  if (!fits) return reply(error_response(method_not_allowed()));
  if (request.method == "GET") {
    auto response = read(request, place);
    return reply(response ? *std::move(response) : error_response(response.error()));
  }
  if (sub == "binding") return bind(request, identity, place.target, reply);
  write(request, identity, place, reply);
}

void Handlers::bind(const httpd::Request& request, const identity::Identity& identity, Target target, const Reply& reply) {
  if (request.method != "POST") return reply(error_response(method_not_allowed()));
  const auto changed = as_pod_binding(request, target);
  if (!changed) return reply(error_response(changed.error()));
  const auto place = place_of(target);
  if (!place) return reply(error_response(place.error()));
  write(*changed, identity, *place, reply);
}

void Handlers::write(const httpd::Request& request, const identity::Identity& identity, const Place& place, const Reply& reply) {
  const WriteCall call{request, identity, place.target, *place.kind,  place.catalog->kinds(),
                       store_,  world_,   addresses_,   place.catalog};
  if (place.target.subresource != "eviction") return start_write(call, reply);
  if (auto begun = evictions_.create(call, reply); !begun) reply(error_response(begun.error()));
}

}  // namespace graylane::apiserver
