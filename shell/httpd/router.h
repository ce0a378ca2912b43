// Router: a RequestHandler made of methods and paths. Immutable once it serves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "httpd/server.h"

namespace graylane::httpd {

class Router {
 public:
  /// `path` is exact, or ends with "/*" for all paths below it; the first that matches wins. GET serves HEAD too.
  void add(std::string method, std::string path, RequestHandler handler);

  /// 404 for an unknown path, with what there is; 405 with Allow for a known one with another method.
  void operator()(Request&& request, Responder&& responder) const;

 private:
  struct Route {
    std::string method;
    std::string path;
    RequestHandler handler;
  };
  Response not_found(const Request& request) const;

  std::vector<Route> routes_;
};

}  // namespace graylane::httpd
