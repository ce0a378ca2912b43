// What is counted and logged: judges of a canary rely on it.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;

// A request that is counted for the wrong version turns a verdict round.
TEST(Record, CountsRequestsByRouteAndVersion) {
  Upstream stable("stable");
  const auto canary = Upstream::answering(
      [](Socket& to, const Request&) { return to.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"); });
  TestGateway gateway;
  Routes routes;
  routes.respond("/own", 404);
  const auto a = routes.backend({stable.address()}, "old");
  const auto b = routes.backend({canary->address()}, "new");
  routes.split("/", a, b, 50);
  gateway.publish(routes);
  for (int i = 0; i < 20; ++i) gateway.get();
  gateway.publish(routes);  // counters go on over tables
  for (int i = 0; i < 20; ++i) gateway.get();
  gateway.get("/own");
  ASSERT_TRUE(eventually([&] { return gateway.telemetry.snapshot().series.size() == 3; }));
  uint64_t total = 0;
  for (const telemetry::SeriesCounts& series : gateway.telemetry.snapshot().series) {
    total += series.requests();
    EXPECT_EQ(series.key.ns, "default");
    EXPECT_EQ(series.key.ingress, "main");
    if (series.key.role == telemetry::Role::kNone) {
      EXPECT_EQ(series.key.path, "/own");
      continue;
    }
    const bool is_canary = series.key.role == telemetry::Role::kCanary;
    EXPECT_NEAR(static_cast<double>(series.requests()), 20, 2);
    EXPECT_EQ(series.server_errors(), is_canary ? series.requests() : 0);
    EXPECT_EQ(series.key.service, "old");
    EXPECT_EQ(series.key.canary, is_canary ? "default-new-80" : "");
  }
  EXPECT_EQ(total, 41U);
}

// Who looks for one request in a log has its id, its client and the endpoint that answered.
TEST(Record, LogsEachRequestWithItsTries) {
  const std::string path = testing::TempDir() + "/gateway_access.log";
  std::remove(path.c_str());
  Upstream upstream("hello");
  {
    auto log = telemetry::AccessLog::open({path, telemetry::LogFormat::kJson, 64 * 1024, {}});
    ASSERT_TRUE(log);
    TestGateway gateway({}, log->get());
    gateway.serve({upstream.address()});
    gateway.get("/logged?x=1", "X-Request-ID: my-id\r\nUser-Agent: me\r\n");
    gateway.ask("GET /without-host HTTP/1.1\r\n\r\n");
    gateway.gateway.reset();
    (*log)->close();
  }
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  for (const std::string& part : {std::string("my-id"), std::string("/logged?x=1"), std::string("me"),
                                  upstream.address().to_string(), std::string("default-web-80"), std::string("400"),
                                  std::string("/without-host"), std::string(R"("refused":"Host is missing")")}) {
    EXPECT_NE(text.str().find(part), std::string::npos) << part << " in " << text.str();
  }
}

}  // namespace
}  // namespace graylane::gateway
