#include "apiserver/access.h"

#include "apiserver/options.h"
#include "apiserver/target.h"

namespace graylane::apiserver {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

std::string verb_of(const httpd::Request& request, const Target& target) {
  const std::string& method = request.method;
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return target.name.empty() ? "deletecollection" : "delete";
  if (method != "GET" && method != "HEAD") return lower(method);
  if (target.watch || (target.name.empty() && is_set(request, "watch"))) return "watch";
  return target.name.empty() ? "list" : "get";
}

}  // namespace

identity::Access access_of(const httpd::Request& request) {
  const auto target = parse_target(request.path);
  identity::Access access;
  if (!target || !*target || (*target)->resource.empty()) {
    access.verb = request.method == "HEAD" ? "get" : lower(request.method);
    access.path = request.path;
    return access;
  }
  access.verb = verb_of(request, **target);
  access.group = (*target)->group;
  access.resource = (*target)->resource;
  access.subresource = (*target)->subresource;
  access.namespace_name = (*target)->ns;
  access.name = (*target)->name;
  return access;
}

ApiError unauthorized() { return {401, "Unauthorized", "Unauthorized"}; }

ApiError not_allowed(const identity::Identity& identity, const identity::Access& access) {
  return {403,
          "Forbidden",
          forbidden_message(identity, access),
          {.name = access.name, .group = access.group, .kind = access.resource}};
}

}  // namespace graylane::apiserver
