#include "api/service_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "api/test_objects.h"

namespace graylane::api {

// For readable failures.
void PrintTo(const Endpoint& endpoint, std::ostream* out) {
  *out << (endpoint.planned ? "planned " : "") << endpoint.address << ":" << endpoint.port;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = ResolvedPort::State;

ServicePortRef number(int32_t value) { return {value, {}}; }
ServicePortRef name(std::string value) { return {0, std::move(value)}; }
Endpoint ready(std::string address, uint16_t port) { return {std::move(address), port, false}; }
Endpoint planned(uint16_t port) { return {{}, port, true}; }

ObjectPtr service(const std::string& name, const std::string& spec, const std::string& ns = "default") {
  return object_of("{apiVersion: v1, kind: Service, metadata: {name: " + name + ", namespace: " + ns + "}, spec: {" + spec +
                   "}}");
}

ObjectPtr endpoints(const std::string& name, const std::string& subsets) {
  return object_of("{apiVersion: v1, kind: Endpoints, metadata: {name: " + name + "}, subsets: [" + subsets + "]}");
}

ObjectPtr slice(const std::string& name, const std::string& service, const std::string& ports, const std::string& list) {
  return object_of("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: " + name +
                   ", labels: {kubernetes.io/service-name: " + service + "}}, ports: [" + ports + "], endpoints: [" + list +
                   "]}");
}

ObjectPtr deployment(const std::string& name, const std::string& labels, const std::string& replicas = "1",
                     const std::string& ports = "", const std::string& ns = "default") {
  return object_of("{apiVersion: apps/v1, kind: Deployment, metadata: {name: " + name + ", namespace: " + ns +
                   "}, spec: {replicas: " + replicas + ", template: {metadata: {labels: {" + labels +
                   "}}, spec: {containers: [{ports: [" + ports + "]}]}}}}");
}

ServiceIndex index_of(const std::vector<ObjectPtr>& objects) {
  ServiceIndex index;
  for (const ObjectPtr& object : objects) index.put(object);
  return index;
}

TEST(ServiceIndex, ServiceMustExistAndHaveThePort) {
  // ingress-nginx answers 503 for both; the reason shown to the author differs.
  const ServiceIndex index = index_of({service("web", "ports: [{name: http, port: 80}]"), endpoints("ghost", "")});
  EXPECT_EQ(index.resolve("default", "api", number(80)).state, State::kNoService);
  EXPECT_EQ(index.resolve("other", "web", number(80)).state, State::kNoService);
  EXPECT_EQ(index.resolve("default", "ghost", number(80)).state, State::kNoService);
  EXPECT_EQ(index.resolve("default", "web", number(81)).state, State::kNoPort);
  EXPECT_EQ(index.resolve("default", "web", name("https")).state, State::kNoPort);
  EXPECT_EQ(index.resolve("default", "web", {}).state, State::kNoPort);
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
  EXPECT_TRUE(index.has_service("default", "web"));
  EXPECT_FALSE(index.has_service("default", "ghost"));
}

TEST(ServiceIndex, EndpointsOfThePortsNameAreMergedSortedAndUnique) {
  // A mirrored Endpoints object lists what its slices list; one address must not get two shares.
  const ServiceIndex index = index_of(
      {service("web", "ports: [{name: http, port: 80, targetPort: 1}, {name: admin, port: 81}]"),
       endpoints("web",
                 "{addresses: [{ip: 10.0.0.2}, {ip: 10.0.0.1}], ports: [{name: http, port: 8080}, {name: admin, port: 9000}]}"),
       slice("web-b", "web", "{name: http, port: 8080}", "{addresses: [10.0.0.3]}, {addresses: [10.0.0.1]}"),
       slice("web-a", "web", "{name: http, port: 8081}", "{addresses: [10.0.0.1]}")});
  const auto http =
      ElementsAre(ready("10.0.0.1", 8080), ready("10.0.0.1", 8081), ready("10.0.0.2", 8080), ready("10.0.0.3", 8080));
  EXPECT_THAT(index.resolve("default", "web", number(80)).endpoints, http);
  EXPECT_THAT(index.resolve("default", "web", name("http")).endpoints, http);
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kReady);
  EXPECT_THAT(index.resolve("default", "web", name("admin")).endpoints,
              ElementsAre(ready("10.0.0.1", 9000), ready("10.0.0.2", 9000)));
}

TEST(ServiceIndex, EmptyPortNameEqualsAMissingOne) {
  // Slices of a Service with one unnamed port carry the name "".
  const ServiceIndex index =
      index_of({service("web", "clusterIP: None, ports: [{port: 80}]"),
                slice("web-a", "web", "{name: '', port: 8080}", "{addresses: [10.0.0.1]}"),
                endpoints("web", "{addresses: [{ip: 10.0.0.2}], ports: [{port: 8443, protocol: UDP}, {port: 8080}]}")});
  const ResolvedPort resolved = index.resolve("default", "web", number(80));
  EXPECT_THAT(resolved.endpoints, ElementsAre(ready("10.0.0.1", 8080), ready("10.0.0.2", 8080)));
  EXPECT_EQ(resolved.cluster_ip, "") << "headless";
}

TEST(ServiceIndex, DescribesTheServiceAndItsPort) {
  // The gateway chooses the protocol by these, explain prints the place.
  const ServiceIndex index =
      index_of({service("web", "clusterIP: 10.0.0.7, ports: [{port: 80, appProtocol: kubernetes.io/ws}]")});
  const ResolvedPort resolved = index.resolve("default", "web", number(80));
  EXPECT_EQ(resolved.protocol, "TCP");
  EXPECT_EQ(resolved.app_protocol, "kubernetes.io/ws");
  EXPECT_EQ(resolved.cluster_ip, "10.0.0.7");
  ASSERT_TRUE(resolved.service_at.file);
  EXPECT_EQ(*resolved.service_at.file, "test.yaml");
  EXPECT_EQ(resolved.service_at.at.line, 1U);
}

TEST(ServiceIndex, ExternalNameTakesAnyPortNumberAsItIs) {
  // Such a Service needs no ports; ingress-nginx dials the number the Ingress gives.
  const ServiceIndex index =
      index_of({service("ext", "type: ExternalName, externalName: api.example, ports: [{name: http, port: 8080}]"),
                service("blank", "type: ExternalName"), deployment("d", "app: x")});
  EXPECT_THAT(index.resolve("default", "ext", number(443)).endpoints, ElementsAre(ready("api.example", 443)));
  EXPECT_THAT(index.resolve("default", "ext", name("http")).endpoints, ElementsAre(ready("api.example", 8080)));
  EXPECT_EQ(index.resolve("default", "ext", number(443)).external_name, "api.example");
  EXPECT_EQ(index.resolve("default", "ext", number(70000)).state, State::kNoPort);
  EXPECT_EQ(index.resolve("default", "ext", name("https")).state, State::kNoPort);
  EXPECT_EQ(index.resolve("default", "blank", number(80)).state, State::kNoEndpoints);
}

TEST(ServiceIndex, ExternalNameTakesTheAddressesThatItResolvesTo) {
  // Only the resolver's slices count: one that somebody left behind would send requests to an address of the past.
  const std::string slice = "addressType: IPv4\nports: []\nendpoints: [{addresses: [192.0.2.7]}]\n";
  const auto slice_of = [&](const std::string& service, const std::string& manager, const std::string& rest) {
    return object_of("apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + service +
                     "-s, labels: " + "{kubernetes.io/service-name: " + service +
                     ", endpointslice.kubernetes.io/managed-by: " + manager + "}}\n" + rest);
  };
  const std::string spec = "type: ExternalName, externalName: api.example, ports: [{name: http, port: 8080, targetPort: 90}]";
  const ServiceIndex index = index_of({service("ext", spec), slice_of("ext", kNameSlices, slice), service("other", spec),
                                       slice_of("other", "somebody", slice), service("lost", spec),
                                       slice_of("lost", kNameSlices, "addressType: IPv4\nports: []\nendpoints: []\n")});
  EXPECT_THAT(index.resolve("default", "ext", number(443)).endpoints, ElementsAre(ready("192.0.2.7", 443)));
  EXPECT_THAT(index.resolve("default", "ext", number(90)).endpoints, ElementsAre(ready("192.0.2.7", 90)));
  EXPECT_THAT(index.resolve("default", "ext", name("http")).endpoints, ElementsAre(ready("192.0.2.7", 8080)));
  EXPECT_THAT(index.resolve("default", "other", number(443)).endpoints, ElementsAre(ready("api.example", 443)));
  EXPECT_EQ(index.resolve("default", "lost", number(443)).state, State::kNoEndpoints);
}

TEST(ServiceIndex, DeploymentGivesPlannedEndpoints) {
  // Manifests in a folder have no endpoints yet; explain must still say where traffic will go.
  ServiceIndex index =
      index_of({service("web", "selector: {app: web}, ports: [{port: 80, targetPort: 8080}, {name: admin, port: 81}]"),
                deployment("web", "app: web, version: v1", "3")});
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kReady);
  EXPECT_THAT(index.resolve("default", "web", number(80)).endpoints, ElementsAre(planned(8080)));
  EXPECT_THAT(index.resolve("default", "web", number(81)).endpoints, ElementsAre(planned(81))) << "no targetPort";
  EXPECT_THAT(index.remove({"apps", "Deployment", "default", "web"}), ElementsAre("default/web"));
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
}

TEST(ServiceIndex, NamedTargetPortIsResolvedPerDeployment) {
  // Two versions behind one Service may listen on different ports under one name.
  const ServiceIndex index = index_of({service("web", "selector: {app: web}, ports: [{port: 80, targetPort: http}]"),
                                       deployment("v1", "app: web", "1", "{name: http, containerPort: 9001}"),
                                       deployment("v2", "app: web", "1", "{name: http, containerPort: 9002}"),
                                       deployment("v3", "app: web", "1", "{name: other, containerPort: 9003}")});
  EXPECT_THAT(index.resolve("default", "web", number(80)).endpoints, ElementsAre(planned(80), planned(9001), planned(9002)));
}

TEST(ServiceIndex, OnlyMatchingDeploymentsWithReplicasCount) {
  // A canary scaled to zero must get no traffic.
  const ServiceIndex index =
      index_of({service("web", "selector: {app: web, version: v2}, ports: [{port: 80}]"), service("bare", "ports: [{port: 80}]"),
                deployment("zero", "app: web, version: v2", "0"), deployment("v1", "app: web, version: v1"),
                deployment("elsewhere", "app: web, version: v2", "1", "", "other")});
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
  EXPECT_EQ(index.resolve("default", "bare", number(80)).state, State::kNoEndpoints);
}

TEST(ServiceIndex, EmptyEndpointsSilenceDeployments) {
  // Endpoints that exist and list nobody say that no Pod is ready; a plan must not override what is observed.
  const std::vector<ObjectPtr> base = {service("web", "selector: {app: web}, ports: [{port: 80}]"),
                                       deployment("web", "app: web")};
  const std::vector<ObjectPtr> silent = {
      endpoints("web", ""), endpoints("web", "{notReadyAddresses: [{ip: 10.0.0.1}], ports: [{port: 80}]}"),
      slice("web-a", "web", "{port: 80}", ""),
      slice("web-a", "web", "{port: 80}", "{addresses: [10.0.0.1], conditions: {ready: false}}")};
  for (const ObjectPtr& object : silent) {
    ServiceIndex index = index_of(base);
    ASSERT_EQ(index.resolve("default", "web", number(80)).state, State::kReady);
    EXPECT_THAT(index.put(object), ElementsAre("default/web"));
    EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
    EXPECT_THAT(index.remove(object->key), ElementsAre("default/web"));
    EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kReady);
  }
}

TEST(ServiceIndex, PortsOutOfRangeAreNoEndpoints) {
  // 65616 would wrap to 80 and reach a stranger.
  const ServiceIndex index =
      index_of({service("web", "ports: [{port: 80}]"), slice("web-a", "web", "{port: 65616}", "{addresses: [10.0.0.1]}"),
                service("api", "selector: {app: api}, ports: [{port: 80, targetPort: -1}]"), deployment("api", "app: api")});
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
  EXPECT_EQ(index.resolve("default", "api", number(80)).state, State::kNoEndpoints);
}

TEST(ServiceIndex, AffectedNamesTheOldAndTheNewService) {
  // What is not named here is not recompiled, and would keep a stale route.
  ServiceIndex index =
      index_of({service("a", "selector: {app: a}, ports: [{port: 80}]"), service("b", "selector: {app: b}, ports: [{port: 80}]"),
                service("all", "selector: {team: x}, ports: [{port: 80}]")});
  EXPECT_THAT(index.put(deployment("d", "app: a, team: x")), ElementsAre("default/a", "default/all"));
  EXPECT_THAT(index.put(deployment("d", "app: b")), ElementsAre("default/a", "default/all", "default/b"));
  EXPECT_THAT(index.put(slice("s", "a", "{port: 80}", "")), ElementsAre("default/a"));
  EXPECT_THAT(index.put(slice("s", "b", "{port: 80}", "")), ElementsAre("default/a", "default/b"));
  EXPECT_THAT(index.put(service("b", "ports: [{port: 81}]")), ElementsAre("default/b"));
  EXPECT_THAT(index.remove({"apps", "Deployment", "default", "d"}), IsEmpty()) << "b selects nothing any more";
  EXPECT_THAT(index.remove({"", "Service", "default", "b"}), ElementsAre("default/b"));
  EXPECT_THAT(index.remove({"", "Service", "default", "b"}), IsEmpty());
}

TEST(ServiceIndex, OtherKindsAreIgnored) {
  // Every change of the store is offered; a Service of another group (Knative has one) is not ours.
  ServiceIndex index;
  EXPECT_THAT(index.put(object_of("{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web}}")), IsEmpty());
  EXPECT_THAT(index.put(object_of("{apiVersion: v1, kind: Pod, metadata: {name: web}}")), IsEmpty());
  EXPECT_THAT(index.remove({"", "Pod", "default", "web"}), IsEmpty());
  EXPECT_FALSE(index.has_service("default", "web"));
}

TEST(ServiceIndex, SliceOfNoServiceIsHarmless) {
  // The label is optional; later versions of the object may gain or lose it.
  ServiceIndex index = index_of({service("web", "ports: [{port: 80}]")});
  const ObjectPtr orphan = object_of("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}}");
  EXPECT_THAT(index.put(orphan), IsEmpty());
  EXPECT_THAT(index.put(slice("s", "web", "{port: 80}", "{addresses: [10.0.0.1]}")), ElementsAre("default/web"));
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kReady);
  EXPECT_THAT(index.put(orphan), ElementsAre("default/web"));
  EXPECT_EQ(index.resolve("default", "web", number(80)).state, State::kNoEndpoints);
}

TEST(ResolvedPort, EqualityComparesFileNamesByText) {
  // A file that is read again gets a new FileName; that alone must not rebuild routes.
  ResolvedPort a;
  ResolvedPort b;
  a.service_at = {std::make_shared<const std::string>("x.yaml"), {1, 1}};
  b.service_at = {std::make_shared<const std::string>("x.yaml"), {1, 1}};
  EXPECT_TRUE(a == b);
  b.service_at.at.line = 2;
  EXPECT_FALSE(a == b);
  b = a;
  b.service_at.file = nullptr;
  EXPECT_FALSE(a == b);
}

// A random world of a few names, so that objects meet often.
class World {
 public:
  explicit World(uint32_t seed) : random_(seed) {}

  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  std::string pick(std::initializer_list<const char*> choices) {
    return choices.begin()[below(static_cast<uint32_t>(choices.size()))];
  }
  std::string labels() { return pick({"app: a", "app: b", "team: x", "app: a, team: x", "app: b, team: x"}); }

  ObjectPtr object() {
    const std::string id = std::to_string(below(3));
    switch (below(4)) {
      case 0:
        return service("s" + id, pick({"", "clusterIP: None, ", "type: ExternalName, externalName: x.example, "}) +
                                     (below(4) ? "selector: {" + labels() + "}, " : std::string()) + "ports: [{name: " +
                                     pick({"http", "''"}) + ", port: 80, targetPort: " + pick({"8080", "http"}) + "}]");
      case 1:
        return endpoints("s" + id, below(3) ? "{addresses: [{ip: 10.0.0." + id + "}], ports: [{name: http, port: 8080}]}" : "");
      case 2:
        return slice("e" + id, "s" + std::to_string(below(3)), "{name: " + pick({"http", "''"}) + ", port: 8080}",
                     below(3) ? "{addresses: [10.0.0." + std::to_string(below(3)) + "]}" : "");
      default: return deployment("d" + id, labels(), pick({"0", "1", "2"}), "{name: http, containerPort: 900" + id + "}");
    }
  }

  void shuffle(std::vector<ObjectPtr>& objects) { std::ranges::shuffle(objects, random_); }

 private:
  std::mt19937 random_;
};

std::vector<ResolvedPort> answers(const ServiceIndex& index) {
  std::vector<ResolvedPort> all;
  for (const char* service : {"s0", "s1", "s2"}) {
    for (const ServicePortRef& port : {number(80), name("http"), number(1)})
      all.push_back(index.resolve("default", service, port));
  }
  return all;
}

TEST(ServiceIndexProperty, OrderOfPutsNeverChangesAnAnswer) {
  // Watch events and files arrive in any order; routes must not depend on it.
  for (uint32_t seed = 0; seed < 200; ++seed) {
    World world(seed);
    std::map<ObjectKey, ObjectPtr> latest;
    ServiceIndex edited;
    for (int i = 0; i < 20; ++i) {
      const ObjectPtr object = world.object();
      if (world.below(5) != 0) {
        edited.put(object);
        latest[object->key] = object;
      } else {
        edited.remove(object->key);
        latest.erase(object->key);
      }
    }
    std::vector<ObjectPtr> objects;
    objects.reserve(latest.size());
    for (const auto& [key, object] : latest) objects.push_back(object);
    world.shuffle(objects);
    EXPECT_TRUE(answers(index_of(objects)) == answers(edited)) << "seed " << seed;
  }
}

TEST(ServiceIndexProperty, ServicesThatAreNotAffectedKeepTheirAnswer) {
  // Only affected Services are looked at again after a change.
  for (uint32_t seed = 0; seed < 200; ++seed) {
    World world(seed + 1000);
    ServiceIndex index;
    for (int i = 0; i < 30; ++i) {
      const std::vector<ResolvedPort> before = answers(index);
      const ObjectPtr object = world.object();
      const ServiceIndex::Affected affected = world.below(4) ? index.put(object) : index.remove(object->key);
      const std::vector<ResolvedPort> after = answers(index);
      for (size_t n = 0; n < after.size(); ++n) {  // three answers per Service
        if (affected.contains("default/s" + std::to_string(n / 3))) continue;
        EXPECT_TRUE(before[n] == after[n]) << "seed " << seed << ", change " << i << ": " << object->key.to_string();
      }
    }
  }
}

TEST(ServiceIndexProperty, TenThousandServicesInOneNamespaceStayFast) {
  // A quadratic step would take minutes here and time out; all share one label, as Helm charts do.
  ServiceIndex index;
  for (int i = 0; i < 10000; ++i) {
    const std::string id = std::to_string(i);
    const std::string labels = std::string("a-part-of: shop, app: web").append(id);
    index.put(service("s" + id, "selector: {" + labels + "}, ports: [{port: 80}]"));
    EXPECT_EQ(index.put(deployment("d" + id, labels)).size(), 1U);
  }
  for (int i = 0; i < 10000; ++i) {
    EXPECT_EQ(index.resolve("default", "s" + std::to_string(i), number(80)).state, State::kReady);
  }
}

}  // namespace
}  // namespace graylane::api
