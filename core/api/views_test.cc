#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/config_map.h"
#include "api/ingress_class.h"
#include "api/service.h"
#include "api/test_objects.h"
#include "api/workload.h"

namespace graylane::api {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ServiceView, ReadsWhatRoutingNeeds) {
  // A Service's ports decide which endpoints a path gets.
  const Service service = read_service(*object_of(R"(apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: 10.0.0.7
  selector: {app: web, tier: front}
  ports:
  - {name: http, port: 80, targetPort: web, appProtocol: kubernetes.io/h2c}
  - {name: dns, port: 53, targetPort: 5353, protocol: UDP}
)"));
  EXPECT_EQ(service.type, "ClusterIP");
  EXPECT_EQ(service.cluster_ip, "10.0.0.7");
  EXPECT_THAT(service.selector, ElementsAre(Pair("app", "web"), Pair("tier", "front")));
  ASSERT_EQ(service.ports.size(), 2U);
  EXPECT_EQ(service.ports[0].target, (ServicePortRef{0, "web"}));
  EXPECT_EQ(service.ports[0].protocol, "TCP");
  EXPECT_EQ(service.ports[0].app_protocol, "kubernetes.io/h2c");
  EXPECT_EQ(service.ports[0].at.line, 8U);
  EXPECT_EQ(service.ports[1].target, (ServicePortRef{5353, ""}));
  EXPECT_EQ(service.ports[1].protocol, "UDP");
}

TEST(ServiceView, PortIsFoundByNumberOrNameAndTcpFirst) {
  // One number may serve UDP and TCP (HTTP/3 beside HTTP/2): a gateway means TCP.
  const Service service = read_service(*object_of(R"(apiVersion: v1
kind: Service
spec:
  ports:
  - {name: quic, port: 443, protocol: UDP}
  - {name: https, port: 443}
)"));
  EXPECT_EQ(service.find_port({443, ""}), &service.ports[1]);
  EXPECT_EQ(service.find_port({0, "quic"}), &service.ports[0]);
  EXPECT_EQ(service.find_port({0, "443"}), nullptr) << "a name is not a number";
  EXPECT_EQ(service.find_port({}), nullptr);
}

TEST(EndpointsView, KeepsReadyAddressesOnly) {
  // A Pod that is not ready must get no traffic.
  const Endpoints endpoints = read_endpoints(*object_of(R"(apiVersion: v1
kind: Endpoints
metadata: {name: web}
subsets:
- addresses: [{ip: 10.0.0.1}, {ip: 10.0.0.2}]
  notReadyAddresses: [{ip: 10.0.0.3}]
  ports: [{name: http, port: 8080}, {port: 53, protocol: UDP}]
)"));
  ASSERT_EQ(endpoints.subsets.size(), 1U);
  EXPECT_THAT(endpoints.subsets[0].addresses, ElementsAre("10.0.0.1", "10.0.0.2"));
  ASSERT_EQ(endpoints.subsets[0].ports.size(), 2U);
  EXPECT_EQ(endpoints.subsets[0].ports[0].name, "http");
  EXPECT_EQ(endpoints.subsets[0].ports[1].protocol, "UDP");
}

TEST(EndpointSliceView, MissingConditionMeansReady) {
  // The API says so; slices written by hand rarely have conditions.
  const EndpointSlice slice = read_endpoint_slice(*object_of(R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- addresses: [10.0.0.1]
- {addresses: [10.0.0.2], conditions: {ready: true}}
- {addresses: [10.0.0.3], conditions: {ready: false, serving: true}}
- {addresses: [10.0.0.4], conditions: {ready: null}}
- {addresses: [10.0.0.5], conditions: {}}
)"));
  EXPECT_EQ(slice.service, "web");
  EXPECT_THAT(slice.ready.addresses, ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.5"));
}

TEST(EndpointSliceView, DnsNamesAreNoAddresses) {
  // An endpoint's address is an IP literal; nobody resolves names behind it.
  const EndpointSlice slice = read_endpoint_slice(*object_of(R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: FQDN
ports: [{port: 8080}]
endpoints: [{addresses: [web.example]}]
)"));
  EXPECT_TRUE(slice.ready.addresses.empty());
}

TEST(DeploymentView, ReadsTemplateLabelsAndPortsOfAllContainers) {
  // A Service's named targetPort may lead to any container of the Pod.
  const Deployment deployment = read_deployment(*object_of(R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {not: these}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, version: v2}}
    spec:
      containers:
      - {name: log, ports: [{containerPort: 9000}]}
      - {name: web, ports: [{name: http, containerPort: 8080}, {name: http, containerPort: 8081, protocol: UDP}]}
)"));
  EXPECT_EQ(deployment.ns, "shop");
  EXPECT_EQ(deployment.replicas, 3);
  EXPECT_THAT(deployment.match_labels, ElementsAre(Pair("app", "web")));
  EXPECT_THAT(deployment.pod.labels, ElementsAre(Pair("app", "web"), Pair("version", "v2")));
  ASSERT_TRUE(deployment.pod.find_port("http", "TCP"));
  EXPECT_EQ(deployment.pod.find_port("http", "TCP")->number, 8080);
  EXPECT_EQ(deployment.pod.find_port("http", "UDP")->number, 8081);
  EXPECT_EQ(deployment.pod.find_port("", "TCP"), nullptr) << "the unnamed port of the first container";
}

TEST(DeploymentView, ReplicasDefaultToOne) {
  // A manifest without replicas runs one Pod; zero must be written.
  EXPECT_EQ(read_deployment(*object_of("{apiVersion: apps/v1, kind: Deployment, spec: {}}")).replicas, 1);
  EXPECT_EQ(read_deployment(*object_of("{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 0}}")).replicas, 0);
}

TEST(PodView, HasTheShapeOfATemplate) {
  // Pods and templates are matched by the same selectors.
  const Pod pod = read_pod(*object_of(R"(apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
)"));
  EXPECT_EQ(pod.ns, "shop");
  EXPECT_TRUE(selects({{"app", "web"}}, pod.pod.labels));
  EXPECT_TRUE(pod.pod.find_port("http", "TCP"));
}

TEST(Labels, EmptySelectorSelectsNothing) {
  // A Service without selector has hand-written endpoints; it must not collect every Pod of the namespace.
  EXPECT_FALSE(selects({}, {{"app", "web"}}));
  EXPECT_FALSE(selects({{"app", "web"}, {"version", "v2"}}, {{"app", "web"}}));
  EXPECT_FALSE(selects({{"app", "web"}}, {{"app", "api"}}));
}

TEST(IngressClassView, OnlyTheTextTrueMakesADefault) {
  // Two default classes, or one by mistake, would take over Ingresses without a class.
  const auto read = [](std::string_view annotation) {
    return read_ingress_class(
        *object_of("apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata:\n  name: gray\n"
                   "  annotations: {ingressclass.kubernetes.io/is-default-class: " +
                   std::string(annotation) + "}\nspec:\n  controller: k8s.io/ingress-nginx\n"));
  };
  const IngressClass ingress_class = read("'true'");
  EXPECT_EQ(ingress_class.name, "gray");
  EXPECT_EQ(ingress_class.controller, "k8s.io/ingress-nginx");
  EXPECT_EQ(ingress_class.at, (Position{7, 15}));
  EXPECT_TRUE(ingress_class.is_default);
  EXPECT_FALSE(read("'True'").is_default);
  EXPECT_FALSE(read("'false'").is_default);
  EXPECT_FALSE(read("1").is_default);
}

TEST(ConfigMapView, KeepsTextAndWhereItIs) {
  // Unknown controller options are reported at the line of their key, wrong values at that of the value.
  const ConfigMap config = read_config_map(*object_of(R"(apiVersion: v1
kind: ConfigMap
metadata: {name: ingress-nginx-controller}
data:
  proxy-read-timeout: "5"
  number: 5
  empty: ""
)"));
  ASSERT_EQ(config.data.size(), 2U);
  const ConfigEntry& timeout = config.data.at("proxy-read-timeout");
  EXPECT_EQ(timeout.value, "5");
  EXPECT_EQ(timeout.key_at, (Position{5, 3}));
  EXPECT_EQ(timeout.at, (Position{5, 23}));
  EXPECT_EQ(config.data.at("empty").value, "");
}

TEST(Views, SurviveAnEmptyObject) {
  // An object whose decoding failed half-way may lack everything.
  const Object nothing;
  EXPECT_TRUE(read_service(nothing).ports.empty());
  EXPECT_TRUE(read_endpoints(nothing).subsets.empty());
  EXPECT_TRUE(read_endpoint_slice(nothing).service.empty());
  EXPECT_TRUE(read_deployment(nothing).pod.labels.empty());
  EXPECT_TRUE(read_pod(nothing).pod.ports.empty());
  EXPECT_TRUE(read_ingress_class(nothing).controller.empty());
  EXPECT_TRUE(read_config_map(nothing).data.empty());
}

}  // namespace
}  // namespace graylane::api
