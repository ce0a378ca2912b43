#include "control/endpoints_controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/service_index.h"
#include "api/view_fields.h"
#include "control/object_parts.h"
#include "control/pod_objects.h"
#include "control/test_objects.h"
#include "store/memory_store.h"

namespace graylane::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EndpointsControllerTest : public ::testing::Test {
 protected:
  void apply(const std::string& yaml) { ASSERT_TRUE(store_.apply(object_of(yaml))); }
  void service(const std::string& name, const std::string& spec) {
    apply("{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {" + spec + "}}");
  }
  void pod(const std::string& name, const std::string& ip, bool ready, const std::string& metadata = "") {
    apply("apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {app: web}" + metadata + "}\n" +
          "spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 80}]}]}\n" +
          "status: {phase: Running, podIP: " + ip + ", conditions: [{type: Ready, status: '" + (ready ? "True" : "False") +
          "'}]}\n");
  }
  bool step() {
    const auto changed = controller_.step(std::chrono::sys_seconds{});
    EXPECT_TRUE(changed) << changed.error().to_string();
    return changed && *changed;
  }
  /// What routing makes of the objects: "ADDRESS:PORT".
  std::vector<std::string> endpoints(const std::string& service, int32_t port) {
    step();
    EXPECT_FALSE(step()) << "the controller never comes to rest";
    api::ServiceIndex index;
    const Listing listing = store_.list({}).value();
    for (const api::ObjectPtr& object : listing.items) index.put(object);
    std::vector<std::string> texts;
    const api::ResolvedPort resolved = index.resolve("default", service, {port, {}});
    for (const api::Endpoint& endpoint : resolved.endpoints)
      texts.push_back((endpoint.planned ? "planned" : endpoint.address) + ":" + std::to_string(endpoint.port));
    return texts;
  }
  size_t slices() { return store_.list({"discovery.k8s.io", "EndpointSlice", {}})->items.size(); }

  store::MemoryStore store_;
  EndpointsController controller_{store_};
};

TEST_F(EndpointsControllerTest, ReadyPodsOfTheSelectorAreEndpoints) {
  // Who is not ready, not selected or elsewhere must get no request.
  service("web", "selector: {app: web}, ports: [{port: 80}]");
  pod("a", "127.10.0.1", true);
  pod("b", "127.10.0.2", false);
  apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: c, labels: {app: other}}, spec: {containers: [{name: c, image: i}]},"
      " status: {podIP: 127.10.0.3, conditions: [{type: Ready, status: 'True'}]}}");
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.1:80"));
}

TEST_F(EndpointsControllerTest, ATerminatingPodIsTakenOutAtOnce) {
  // It still runs and is still ready; from the mark on no new request may be sent to it.
  service("web", "selector: {app: web}, ports: [{port: 80}]");
  pod("a", "127.10.0.1", true);
  pod("b", "127.10.0.2", true);
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.1:80", "127.10.0.2:80"));
  const api::ObjectPtr leaving = store_.get({"", "Pod", "default", "a"}).value();
  ASSERT_TRUE(store_.update(mark_deleted(*leaving, std::chrono::sys_seconds())));
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.2:80"));
}

TEST_F(EndpointsControllerTest, AServiceWithoutReadyPodsHasAnEmptySlice) {
  // Without it routing would plan with the Deployment's replicas and send requests to nobody.
  service("web", "selector: {app: web}, ports: [{port: 80}]");
  apply(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}},"
      " template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}}}");
  EXPECT_THAT(endpoints("web", 80), IsEmpty());
  EXPECT_EQ(slices(), 1u);
}

TEST_F(EndpointsControllerTest, NamedAndRealPortsAreResolvedPerPod) {
  // Two Pods of one Service may listen on different ports: the ordinary user's port 80 is 10080.
  service("web", "selector: {app: web}, ports: [{port: 8080, targetPort: http}]");
  pod("a", "127.10.0.1", true);
  pod("b", "127.10.0.2", true, ", annotations: {graylane.dev/port.80: '10080'}");
  EXPECT_THAT(endpoints("web", 8080), ElementsAre("127.10.0.1:80", "127.10.0.2:10080"));
  EXPECT_EQ(slices(), 2u);
  ASSERT_TRUE(store_.remove({"", "Pod", "default", "b"}, 0));
  EXPECT_THAT(endpoints("web", 8080), ElementsAre("127.10.0.1:80"));
  EXPECT_EQ(slices(), 1u);
}

TEST_F(EndpointsControllerTest, SeveralPortsKeepTheirNames) {
  // A Service's port is found in a slice by its name.
  service("web", "selector: {app: web}, ports: [{name: a, port: 80, targetPort: http}, {name: b, port: 90, targetPort: 9090}]");
  pod("a", "127.10.0.1", true);
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.1:80"));
  EXPECT_THAT(endpoints("web", 90), ElementsAre("127.10.0.1:9090"));
}

TEST_F(EndpointsControllerTest, PublishNotReadyAddressesMeansWhatItSays) {
  // Peers of a cluster that must find each other before they are ready ask for this.
  service("web", "selector: {app: web}, publishNotReadyAddresses: true, ports: [{port: 80}]");
  pod("a", "127.10.0.1", false);
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.1:80"));
}

TEST_F(EndpointsControllerTest, LeavesWhatIsNotItsOwn) {
  // A Service without a selector has endpoints that somebody wrote by hand, or points elsewhere altogether.
  service("db", "ports: [{port: 80}]");
  apply(
      "{apiVersion: v1, kind: Service, metadata: {name: far}, spec: {type: ExternalName, externalName: example.com, selector: "
      "{app: web}}}");
  apply(
      "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db-1, labels: {kubernetes.io/service-name: db}},"
      " addressType: IPv4, endpoints: [{addresses: [10.1.1.1]}], ports: [{port: 5432}]}");
  EXPECT_FALSE(step());
  EXPECT_THAT(endpoints("db", 80), ElementsAre("10.1.1.1:5432"));
}

TEST_F(EndpointsControllerTest, EndpointsSayTheSameForThoseWhoReadTheOlderKind) {
  // `get endpoints` is what people type when a Service does not answer.
  service("web", "selector: {app: web}, ports: [{name: http, port: 80}]");
  pod("a", "127.10.0.1", true);
  pod("b", "127.10.0.2", false);
  step();
  const auto stored = store_.get({"", "Endpoints", "default", "web"});
  ASSERT_TRUE(stored);
  const doc::Array& subsets = *(*stored)->find("subsets")->as_array();
  ASSERT_EQ(subsets.size(), 1u);
  const auto ip = [&](const char* list) { return *subsets[0].find(list)->as_array()->at(0).find("ip")->as_string(); };
  EXPECT_EQ(ip("addresses"), "127.10.0.1");
  EXPECT_EQ(ip("notReadyAddresses"), "127.10.0.2");
  EXPECT_EQ(*subsets[0].find("ports")->as_array()->at(0).find("port")->as_int(), 80);
  EXPECT_THAT(endpoints("web", 80), ElementsAre("127.10.0.1:80")) << "no endpoint counts twice";
  ASSERT_TRUE(store_.remove({"", "Service", "default", "web"}, 0));
  step();
  EXPECT_FALSE(store_.get({"", "Endpoints", "default", "web"}));
}

TEST_F(EndpointsControllerTest, SlicesAreMarkedAsOnACluster) {
  // Tools find slices by these labels, follow them by uid and generation, and route by node.
  apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web, uid: u, labels: {team: blue}}, spec: {clusterIP: None, selector:"
      " {app: web}, ports: [{port: 80}]}}");
  pod("a", "127.10.0.1", true);
  api::Object assigned = **store_.get({"", "Pod", "default", "a"});
  api::object_member(*assigned.content.as_object(), "spec").set("nodeName", doc::Value("graylane"));
  ASSERT_TRUE(store_.update(std::move(assigned)));
  step();
  const auto only = [&](const char* group, const char* kind) { return *store_.list({group, kind, {}})->items.at(0); };
  api::Object slice = only("discovery.k8s.io", "EndpointSlice");
  const std::string uid = uid_of(slice);
  EXPECT_EQ(api::fields::labels(metadata_of(std::as_const(slice)), "labels"),
            (api::Labels{{"team", "blue"},
                         {"kubernetes.io/service-name", "web"},
                         {"endpointslice.kubernetes.io/managed-by", kSliceManager},
                         {"service.kubernetes.io/headless", ""}}));
  EXPECT_EQ(api::fields::text(&slice.find("endpoints")->as_array()->at(0), "nodeName"), "graylane");
  EXPECT_EQ(api::fields::number(metadata_of(std::as_const(slice)), "generation"), 1);
  pod("b", "127.10.0.2", true);
  step();
  slice = only("discovery.k8s.io", "EndpointSlice");
  EXPECT_EQ(api::fields::number(metadata_of(std::as_const(slice)), "generation"), 2);
  EXPECT_EQ(uid_of(slice), uid);
  const api::Object older = only("", "Endpoints");
  EXPECT_NE(uid_of(older), uid);
  EXPECT_TRUE(owners_of(older).empty());
  EXPECT_FALSE(older.find("subsets")->as_array()->at(0).find("ports")->as_array()->at(0).find("name"));
}

TEST_F(EndpointsControllerTest, EndpointsThatSomebodyWroteAreNotReplaced) {
  // A file's objects belong to the file; two writers of one object would never come to rest.
  service("web", "selector: {app: web}, ports: [{port: 80}]");
  apply(
      "{apiVersion: v1, kind: Endpoints, metadata: {name: web}, subsets: [{addresses: [{ip: 10.1.1.1}], ports: [{port: 80}]}]}");
  step();
  EXPECT_FALSE(step());
  EXPECT_THAT(endpoints("web", 80), ElementsAre("10.1.1.1:80"));
}

TEST_F(EndpointsControllerTest, SlicesOfAServiceThatIsGoneAreRemoved) {
  // A new Service of the same name must not begin with an old one's endpoints.
  service("web", "selector: {app: web}, ports: [{port: 80}]");
  pod("a", "127.10.0.1", true);
  step();
  EXPECT_EQ(slices(), 1u);
  ASSERT_TRUE(store_.remove({"", "Service", "default", "web"}, 0));
  step();
  EXPECT_EQ(slices(), 0u);
}

}  // namespace
}  // namespace graylane::control
