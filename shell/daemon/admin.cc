#include "daemon/admin.h"

#include <utility>

#include "httpd/router.h"
#include "httpd/server.h"

namespace graylane::daemon {

class Admin::Impl {
 public:
  std::unique_ptr<httpd::Server> server;
};

Result<std::unique_ptr<Admin>> Admin::start(net::EventLoop& loop, const net::SocketAddress& listen, AdminSources sources) {
  httpd::Router router;
  router.add("GET", "/healthz",
             [](const httpd::Request&, httpd::Responder responder) { responder.respond(httpd::text_response(200, "ok")); });
  router.add("GET", "/readyz", [readiness = std::move(sources.readiness)](const httpd::Request&, httpd::Responder responder) {
    Readiness now = readiness();
    responder.respond(httpd::text_response(now.ready ? 200 : 503, std::move(now.text)));
  });
  router.add("GET", "/metrics", [metrics = std::move(sources.metrics)](const httpd::Request&, httpd::Responder responder) {
    httpd::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics(response.body);
    responder.respond(response);
  });
  auto server = httpd::Server::start(loop, listen, std::move(router));
  if (!server) return std::unexpected(std::move(server.error()));
  auto impl = std::make_unique<Impl>();
  impl->server = std::move(*server);
  return std::unique_ptr<Admin>(new Admin(std::move(impl)));
}

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

net::SocketAddress Admin::address() const { return impl_->server->address(); }

}  // namespace graylane::daemon
