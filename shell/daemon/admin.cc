#include "daemon/admin.h"

#include <utility>

#include "httpd/router.h"
#include "httpd/server.h"
#include "telemetry/metric_text.h"

namespace graylane::daemon {

namespace {

httpd::Response answer_readiness(const AdminSources& sources, bool verbose) {
  Readiness now = sources.readiness();
  if (const auto trouble = sources.trouble(); verbose && trouble) now.text += "\n" + trouble->to_string();
  return httpd::text_response(now.ready ? 200 : 503, std::move(now.text));
}

httpd::Response answer_metrics(const AdminSources& sources) {
  httpd::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  sources.metrics(response.body);
  telemetry::MetricText(response.body)
      .single("graylane_objects_writable", "gauge", "0 while the disk is full or fails, so that writes of objects are refused.",
              sources.trouble() ? 0 : 1);
  return response;
}

}  // namespace

class Admin::Impl {
 public:
  std::unique_ptr<httpd::Server> server;
};

Result<std::unique_ptr<Admin>> Admin::start(net::EventLoop& loop, const net::SocketAddress& listen, AdminSources sources) {
  httpd::Router router;
  router.add("GET", "/healthz",
             [](const httpd::Request&, httpd::Responder responder) { responder.respond(httpd::text_response(200, "ok")); });
  const auto shared = std::make_shared<const AdminSources>(std::move(sources));
  router.add("GET", "/readyz", [shared](const httpd::Request& request, httpd::Responder responder) {
    responder.respond(answer_readiness(*shared, request.query_value("verbose") != nullptr));
  });
  router.add("GET", "/metrics",
             [shared](const httpd::Request&, httpd::Responder responder) { responder.respond(answer_metrics(*shared)); });
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
