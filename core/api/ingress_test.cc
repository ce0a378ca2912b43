#include "api/ingress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/test_objects.h"

namespace graylane::api {
namespace {

Ingress ingress_of(std::string_view yaml) { return read_ingress(*object_of(yaml)); }

ServicePortRef number(int32_t value) { return {value, {}}; }
ServicePortRef name(std::string value) { return {0, std::move(value)}; }

constexpr std::string_view kV1 = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  defaultBackend:
    service:
      name: fallback
      port: {number: 8080}
  tls:
  - hosts: [shop.example, www.shop.example]
    secretName: shop-tls
  rules:
  - host: shop.example
    http:
      paths:
      - path: /cart
        pathType: Prefix
        backend:
          service:
            name: cart
            port:
              name: http
      - pathType: Exact
        backend:
          resource: {apiGroup: example.com, kind: Bucket, name: pictures}
)";

TEST(Ingress, V1IsReadWhole) {
  // Everything that routing is compiled from passes through here.
  const Ingress ingress = ingress_of(kV1);
  EXPECT_EQ(ingress.class_name, "nginx");
  ASSERT_TRUE(ingress.default_backend);
  EXPECT_EQ(ingress.default_backend->service, "fallback");
  EXPECT_EQ(ingress.default_backend->port, number(8080));
  ASSERT_EQ(ingress.rules.size(), 1U);
  EXPECT_EQ(ingress.rules[0].host, "shop.example");
  EXPECT_TRUE(ingress.rules[0].has_http);
  ASSERT_EQ(ingress.rules[0].paths.size(), 2U);
  const IngressPath& cart = ingress.rules[0].paths[0];
  EXPECT_EQ(cart.path, "/cart");
  EXPECT_EQ(cart.type, PathType::kPrefix);
  EXPECT_EQ(cart.backend.service, "cart");
  EXPECT_EQ(cart.backend.port, name("http"));
  ASSERT_EQ(ingress.tls.size(), 1U);
  EXPECT_THAT(ingress.tls[0].hosts, testing::ElementsAre("shop.example", "www.shop.example"));
  EXPECT_EQ(ingress.tls[0].secret_name, "shop-tls");
}

TEST(Ingress, ResourceBackendHasNoService) {
  // A resource is not a Service of that name: it must never receive traffic by accident.
  const IngressPath path = ingress_of(kV1).rules.at(0).paths.at(1);
  EXPECT_EQ(path.backend.service, "");
  EXPECT_EQ(path.backend.port, ServicePortRef{});
  EXPECT_EQ(path.path, "");
  EXPECT_EQ(path.type, PathType::kExact);
}

TEST(Ingress, PositionsPointAtWhatTheAuthorWrote) {
  // explain prints these lines; an author must find the rule there.
  const Ingress ingress = ingress_of(kV1);
  EXPECT_EQ(ingress.class_at, (Position{5, 21}));
  EXPECT_EQ(ingress.default_backend->at, (Position{8, 13}));
  EXPECT_EQ(ingress.rules[0].at, (Position{14, 11}));
  EXPECT_EQ(ingress.rules[0].paths[0].at, (Position{17, 15}));
  EXPECT_EQ(ingress.rules[0].paths[0].backend.at, (Position{21, 19}));
  EXPECT_EQ(ingress.rules[0].paths[1].at, (Position{24, 9})) << "an entry without a path";
  EXPECT_EQ(ingress.rules[0].paths[1].backend.at, (Position{26, 11})) << "a backend without a Service";
  EXPECT_EQ(ingress.tls[0].at.line, 11U);
}

TEST(Ingress, BothBetaGroupsHaveFlatBackends) {
  // Many manifests in use were written before networking.k8s.io/v1.
  for (const std::string group : {"networking.k8s.io", "extensions"}) {
    const Ingress ingress = ingress_of("apiVersion: " + group + R"(/v1beta1
kind: Ingress
metadata: {name: shop}
spec:
  backend: {serviceName: fallback, servicePort: 80}
  rules:
  - http:
      paths:
      - path: /
        backend: {serviceName: cart, servicePort: http}
)");
    ASSERT_TRUE(ingress.default_backend) << group;
    EXPECT_EQ(ingress.default_backend->service, "fallback");
    EXPECT_EQ(ingress.default_backend->port, number(80));
    const IngressPath& path = ingress.rules.at(0).paths.at(0);
    EXPECT_EQ(path.backend.service, "cart");
    EXPECT_EQ(path.backend.port, name("http"));
    EXPECT_EQ(path.type, PathType::kMissing);
    EXPECT_EQ(path.backend.at, (Position{10, 32}));
  }
}

TEST(Ingress, QuotedBetaPortIsAName) {
  // Kubernetes' IntOrString keeps "80" as text.
  const Ingress ingress = ingress_of(R"(apiVersion: extensions/v1beta1
kind: Ingress
spec: {backend: {serviceName: web, servicePort: "80"}}
)");
  EXPECT_EQ(ingress.default_backend.value().port, name("80"));
}

TEST(Ingress, ShapesOfOneVersionAreNotReadInTheOther) {
  // The API server drops unknown fields; serving them would make a rule that the cluster does not have.
  const Ingress v1 = ingress_of(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  backend: {serviceName: web, servicePort: 80}
  rules: [{http: {paths: [{path: /, backend: {serviceName: web, servicePort: 80}}]}}]
)");
  EXPECT_FALSE(v1.default_backend);
  EXPECT_EQ(v1.rules.at(0).paths.at(0).backend.service, "");
}

TEST(Ingress, RuleWithoutHttpDiffersFromRuleWithoutPaths) {
  // ingress-nginx gives a rule without http to the default backend; empty paths make nothing.
  const Ingress ingress = ingress_of(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  rules:
  - host: a.example
  - {host: b.example, http: null}
  - {host: c.example, http: {paths: []}}
  - {}
)");
  ASSERT_EQ(ingress.rules.size(), 4U);
  EXPECT_FALSE(ingress.rules[0].has_http);
  EXPECT_FALSE(ingress.rules[1].has_http);
  EXPECT_TRUE(ingress.rules[2].has_http);
  EXPECT_EQ(ingress.rules[3].host, "");
  EXPECT_EQ(ingress.rules[3].at.line, 8U);
}

TEST(Ingress, NumberBeatsNameOfAPort) {
  // The API server refuses both; ingress-nginx, given both, takes the number.
  const Ingress ingress = ingress_of(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
spec: {defaultBackend: {service: {name: web, port: {number: 80, name: http}}}}
)");
  EXPECT_EQ(ingress.default_backend.value().port, number(80));
}

TEST(Ingress, WrongTypesCountAsAbsent) {
  // Decoding has reported them; a view must survive whatever is left.
  const Ingress ingress = ingress_of(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  ingressClassName: 7
  defaultBackend: web
  tls: [tls, {hosts: [1, a.example]}]
  rules:
  - text
  - host: [a]
    http:
      paths:
      - 1
      - {path: 2, pathType: prefix, backend: {service: {name: web, port: {number: 99999999999}}}}
)");
  EXPECT_FALSE(ingress.class_name);
  EXPECT_FALSE(ingress.default_backend);
  ASSERT_EQ(ingress.tls.size(), 1U);
  EXPECT_THAT(ingress.tls[0].hosts, testing::ElementsAre("a.example"));
  ASSERT_EQ(ingress.rules.size(), 1U);
  EXPECT_EQ(ingress.rules[0].host, "");
  ASSERT_EQ(ingress.rules[0].paths.size(), 1U);
  EXPECT_EQ(ingress.rules[0].paths[0].path, "");
  EXPECT_EQ(ingress.rules[0].paths[0].type, PathType::kMissing);
  EXPECT_EQ(ingress.rules[0].paths[0].backend.port, ServicePortRef{});
}

TEST(Ingress, EmptyObjectsAreEmptyIngresses) {
  // No spec, or one that is no object, must not crash the compiler.
  EXPECT_TRUE(ingress_of("{apiVersion: networking.k8s.io/v1, kind: Ingress}").rules.empty());
  EXPECT_TRUE(ingress_of("{apiVersion: networking.k8s.io/v1, kind: Ingress, spec: 1}").rules.empty());
  EXPECT_TRUE(read_ingress(Object{}).rules.empty());
}

TEST(ServicePortRef, PrintsAsWritten) {
  // It names ports in messages.
  EXPECT_EQ(number(80).to_string(), "80");
  EXPECT_EQ(name("http").to_string(), "http");
  EXPECT_EQ(ServicePortRef{}.to_string(), "");
}

}  // namespace
}  // namespace graylane::api
