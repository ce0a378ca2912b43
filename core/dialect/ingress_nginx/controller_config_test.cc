#include "dialect/ingress_nginx/controller_config.h"

#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::ingress_nginx {
namespace {

ControllerConfig read(const Pairs& data, Diagnostics* diagnostics = nullptr) {
  Diagnostics ignored;
  return read_controller_config(*objects_of(config_map(data)).at(0), {}, diagnostics == nullptr ? ignored : *diagnostics);
}

TEST(ControllerConfig, DefaultsAreIngressNginxs) {
  // An empty ConfigMap is what most clusters have.
  const ControllerConfig config = read({{"proxy-body-size", ""}});
  EXPECT_EQ(config.body_bytes_max, 1U << 20);
  EXPECT_EQ(config.connect_timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.read_timeout, std::chrono::seconds(60));
  EXPECT_EQ(config.http_redirect_code, 308);
  EXPECT_TRUE(config.ssl_redirect);
  EXPECT_EQ(config.risk_level, Risk::kHigh);
  EXPECT_EQ(config.no_auth_locations, std::vector<std::string>{"/.well-known/acme-challenge"});
  EXPECT_TRUE(config.closed_why.empty());
}

TEST(ControllerConfig, ReadsTheKeysThatMatterForRoutes) {
  // Each of them changes where a request goes, or what it may do.
  Diagnostics diagnostics;
  const ControllerConfig config = read({{"proxy-body-size", "8m"},
                                        {"proxy-read-timeout", "7"},
                                        {"http-redirect-code", "301"},
                                        {"ssl-redirect", "false"},
                                        {"annotations-risk-level", "Low"},
                                        {"whitelist-source-range", "10.0.0.0/8"},
                                        {"denylist-source-range", "10.1.0.0/16"},
                                        {"no-auth-locations", "/a, /b"},
                                        {"forwarded-for-header", "X_Real_IP"}},
                                       &diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(config.body_bytes_max, 8U << 20);
  EXPECT_EQ(config.read_timeout, std::chrono::seconds(7));
  EXPECT_EQ(config.http_redirect_code, 301);
  EXPECT_FALSE(config.ssl_redirect);
  EXPECT_EQ(config.risk_level, Risk::kLow);
  EXPECT_EQ(config.allow.size(), 1U);
  EXPECT_EQ(config.deny.size(), 1U);
  EXPECT_EQ(config.no_auth_locations, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(config.listener.forwarded_for_header, "x-real-ip");
}

TEST(ControllerConfig, ReadsTheKeysThatMatterForHeaders) {
  // Each of them changes what backends or clients see.
  Diagnostics diagnostics;
  const ControllerConfig config = read({{"compute-full-forwarded-for", "true"},
                                        {"generate-request-id", "false"},
                                        {"proxy-add-original-uri-header", "true"},
                                        {"allow-backend-server-header", "true"},
                                        {"server-tokens", "true"},
                                        {"hide-headers", "X-Powered-By, X-Version"},
                                        {"proxy-buffer-size", "8k"}},
                                       &diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_TRUE(config.listener.compute_full_forwarded_for);
  EXPECT_FALSE(config.listener.generate_request_id);
  EXPECT_TRUE(config.listener.add_original_uri);
  EXPECT_TRUE(config.listener.pass_server);
  EXPECT_TRUE(config.server_tokens);
  EXPECT_EQ(config.listener.hidden_fields, (std::vector<std::string>{"X-Powered-By", "X-Version"}));
  EXPECT_EQ(config.buffer_size, 8U << 10);
}

TEST(ControllerConfig, AServerIsNamedOnlyWhereAskedFor) {
  // Whoever asks for all of nginx's ways gets its name as well; otherwise we do not claim to be it.
  const std::string tokens = config_map({{"server-tokens", "true"}});
  EXPECT_EQ(World("").table().listener->server, "");
  EXPECT_EQ(World(tokens).table().listener->server, "graylane");
  Options exact;
  exact.compat = kExactCompat;
  EXPECT_EQ(World(tokens, exact).table().listener->server, "nginx");
}

TEST(ControllerConfig, ABadValueLeavesTheDefaultAndIsTold) {
  // ingress-nginx falls back key by key.
  Diagnostics diagnostics;
  const ControllerConfig config = read({{"proxy-read-timeout", "2s"},
                                        {"http-redirect-code", "303"},
                                        {"ssl-redirect", "no"},
                                        {"annotations-risk-level", "low"},
                                        {"proxy-buffer-size", "0"}},
                                       &diagnostics);
  EXPECT_EQ(config.read_timeout, std::chrono::seconds(60));
  EXPECT_EQ(config.http_redirect_code, 308);
  EXPECT_TRUE(config.ssl_redirect);
  EXPECT_EQ(config.risk_level, Risk::kHigh);
  EXPECT_EQ(config.buffer_size, route::kResponseHeadCeiling);
  EXPECT_EQ(diagnostics.size(), 5U);
}

TEST(ControllerConfig, AnAddressListThatCannotBeReadClosesEverything) {
  // The default of an allow list is everybody: falling back to it would open what was guarded.
  EXPECT_FALSE(read({{"whitelist-source-range", "10.0.0.0/8, office"}}).closed_why.empty());
  EXPECT_FALSE(read({{"denylist-source-range", "office"}}).closed_why.empty());
}

TEST(ControllerConfig, TheConfigMapOfTheFirstNamespaceIsRead) {
  // Any namespace will do; two of them must not depend on which one came first.
  const std::string a = config_map({{"http-redirect-code", "301"}}, "ingress-nginx-controller", "a");
  const std::string b = config_map({{"http-redirect-code", "302"}}, "ingress-nginx-controller", "b");
  const std::string shop =
      services({"main"}) + yaml({.annotations = {{"force-ssl-redirect", "true"}}, .paths = {"shop.example / Prefix main:80"}});
  EXPECT_EQ(World(a + b + shop).answer("http://shop.example/"), "301 https://shop.example");
  EXPECT_EQ(World(b + a + shop).answer("http://shop.example/"), "301 https://shop.example");
  EXPECT_EQ(World(shop + b).answer("http://shop.example/"), "302 https://shop.example");
}

TEST(ControllerConfig, AChangeReachesEveryIngress) {
  // It is read before all Ingresses, and again after each change.
  Compiler compiler{Options()};
  for (const api::ObjectPtr& object : objects_of(services({"main"}) + yaml({.annotations = {{"auth-url", "https://a.example/"}},
                                                                            .paths = {"shop.example / Prefix main:80"}})))
    compiler.put(object);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "500");
  const api::ObjectPtr config = objects_of(config_map({{"annotations-risk-level", "Medium"}}))[0];
  compiler.put(config);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "404");
  compiler.remove(config->key);
  EXPECT_EQ(text_of(explain(*compiler.compile(), {})), "500");
}

}  // namespace
}  // namespace graylane::ingress_nginx
