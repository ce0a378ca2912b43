#include "httpd/router.h"

#include <algorithm>
#include <utility>

namespace graylane::httpd {

namespace {

constexpr size_t kShownBytesMax = 200;  // of a path that the client chose

bool matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with("/*")) return pattern == path;
  return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool serves(std::string_view method, std::string_view asked) { return method == asked || (method == "GET" && asked == "HEAD"); }

}  // namespace

void Router::add(std::string method, std::string path, RequestHandler handler) {
  routes_.push_back({std::move(method), std::move(path), std::move(handler)});
}

void Router::operator()(Request&& request, Responder&& responder) const {
  std::string allow;
  for (const Route& route : routes_) {
    if (!matches(route.path, request.path)) continue;
    if (serves(route.method, request.method)) return route.handler(std::move(request), std::move(responder));
    allow += (allow.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
  }
  if (allow.empty()) return responder.respond(not_found(request));
  Response response = text_response(405, "405 Method Not Allowed: " + request.path + " takes " + allow);
  response.headers.push_back({"Allow", allow});
  responder.respond(response);
}

Response Router::not_found(const Request& request) const {
  std::string text = "404 Not Found: there is no " + request.path.substr(0, kShownBytesMax) + " here. There is:";
  for (const Route& route : routes_) text += "\n  " + route.method + " " + route.path;
  return text_response(404, std::move(text));
}

}  // namespace graylane::httpd
