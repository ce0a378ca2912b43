// A gateway for tests, and small tables for it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/test_socket.h"
#include "gateway/test_upstream.h"

namespace graylane::gateway::test {

/// A table by hand: backends by number, and one host for all names.
class Routes {
 public:
  route::BackendId backend(const std::vector<net::SocketAddress>& endpoints, std::string service = "web") {
    route::Backend made;
    made.ns = "default";
    made.service = std::move(service);
    made.port = "80";
    made.port_number = 80;
    for (const net::SocketAddress& endpoint : endpoints) made.endpoints.push_back({endpoint.ip(), endpoint.port()});
    return add(std::move(made));
  }
  route::BackendId add(route::Backend made) {
    const auto id = static_cast<route::BackendId>(backends_.size());
    backends_.push_back(std::make_shared<const route::Backend>(std::move(made)));
    return id;
  }
  route::Rule& forward(std::string path, route::BackendId backend) {
    return rule(std::move(path), route::RuleKind::kForward, backend);
  }
  route::Split& split(std::string path, route::BackendId stable, route::BackendId canary, uint64_t weight) {
    rule(std::move(path), route::RuleKind::kSplit, static_cast<uint32_t>(splits_.size()));
    route::Split& made = splits_.emplace_back();
    made.id = splits_.size();
    made.total = 100;
    made.destinations.push_back({stable, route::Role::kStable, 100 - weight, "", {}});
    made.destinations.push_back({canary, route::Role::kCanary, weight, "", {}});
    return made;
  }
  route::Response& respond(std::string path, uint16_t status, std::string location = {}) {
    rule(std::move(path), route::RuleKind::kRespond, static_cast<uint32_t>(responses_.size()));
    route::Response& made = responses_.emplace_back();
    made.status = status;
    if (!location.empty()) made.location = route::TextTemplate::literal(std::move(location));
    return made;
  }

  route::Policy policy;  // of all rules
  route::ListenerOptions listener;
  uint64_t revision = 1;

  route::TablePtr table() const {
    auto table = std::make_shared<route::Table>();
    table->revision = revision;
    const auto host = std::make_shared<route::Host>();
    host->rules = rules_;
    host->splits = splits_;
    host->responses = responses_;
    host->objects.push_back({"Ingress default/main", std::make_shared<const std::string>("main.yaml")});
    host->policies.push_back(std::make_shared<const route::Policy>(policy));
    route::build_indexes({&host, 1});
    table->fallback = host;
    table->listener = std::make_shared<const route::ListenerOptions>(listener);
    route::SharedSlots<route::BackendPtr>::Edit edit(table->backends);
    for (size_t i = 0; i < backends_.size(); ++i) edit.set(i, backends_[i]);
    return table;
  }

 private:
  route::Rule& rule(std::string path, route::RuleKind kind, uint32_t target) {
    route::Rule& made = rules_.emplace_back();
    made.path = std::move(path);
    made.kind = kind;
    made.target = target;
    made.policy = 0;
    made.at.object = 0;
    return made;
  }

  std::vector<route::BackendPtr> backends_;
  std::vector<route::Rule> rules_;
  std::vector<route::Split> splits_;
  std::vector<route::Response> responses_;
};

class TestGateway {
 public:
  explicit TestGateway(GatewayOptions options = {}, telemetry::AccessLog* log = nullptr) : telemetry({}) {
    options.listen = net::SocketAddress::loopback();
    options.access_log = log;
    if (options.seed == 0) options.seed = 7;
    auto started = Gateway::start(std::move(options), telemetry);
    EXPECT_TRUE(started);
    gateway = std::move(*started);
  }

  void publish(const Routes& routes) { publish(routes.table()); }
  void publish(const route::TablePtr& table) {
    ASSERT_TRUE(gateway->wait_acknowledged(gateway->publish(table), std::chrono::milliseconds(kPatienceMs)));
  }
  /// Everything under "/" to one backend with these endpoints.
  void serve(const std::vector<net::SocketAddress>& endpoints) {
    Routes routes;
    routes.forward("/", routes.backend(endpoints));
    publish(routes);
  }
  Socket connect() { return Socket::to(gateway->address()); }
  Response ask(std::string_view request) {
    Socket socket = connect();
    socket.send(request);
    return read_response(socket, request.starts_with("HEAD "));
  }
  Response get(std::string_view path = "/", std::string_view fields = "") {
    return ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: app.example\r\n" + std::string(fields) + "\r\n");
  }
  telemetry::ProcessCounts counts() const { return telemetry.snapshot().process; }

  telemetry::Telemetry telemetry;
  std::unique_ptr<Gateway> gateway;
};

/// Waits for a condition that another thread brings about.
template <class F>
bool eventually(F&& condition) {
  for (int i = 0; i < kPatienceMs; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace graylane::gateway::test
