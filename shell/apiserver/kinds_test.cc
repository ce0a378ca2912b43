#include "apiserver/compress.h"
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

constexpr const char* kServices = "/api/v1/namespaces/default/services";

std::string service(const std::string& name, const std::string& spec = R"("ports":[{"port":80}])") {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{)" + spec + "}}";
}

std::string warning_of(const TestAnswer& answer) {
  const std::string* header = answer.header("Warning");
  return header ? *header : "";
}

TEST(StoredKinds, WritersAreToldThatNothingActsOnThem) {
  // Who creates a StatefulSet waits for Pods; here they never come.
  TestApi api;
  const char* kPolicies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
  const auto made = api.send("POST", kPolicies, R"({"metadata":{"name":"b"},"spec":{"podSelector":{}}})");
  EXPECT_EQ(made.status(), 201);
  EXPECT_EQ(warning_of(made), "299 - \"this NetworkPolicy is stored, but nothing here acts on it\"");
  EXPECT_EQ(warning_of(api.get(std::string(kPolicies) + "/b")), "");
  EXPECT_EQ(warning_of(api.send("POST", kMaps, map_json("m"))), "");
}

TEST(Admission, AWebhookIsRefusedAndAPolicyIsKeptWithAWarning) {
  // Nothing asks a webhook here; whoever relies on one must hear of it at once. Policies come inside of whole installations.
  TestApi api;
  const std::string group = "/apis/admissionregistration.k8s.io/v1/";
  const auto refused = api.send("POST", group + "validatingwebhookconfigurations", R"({"metadata":{"name":"w"}})");
  EXPECT_EQ(refused.status(), 501);
  EXPECT_NE(refused.message().find("no webhook is asked here"), std::string::npos) << refused.message();
  EXPECT_EQ(api.get(group + "validatingwebhookconfigurations").status(), 200);
  const auto kept = api.send("POST", group + "validatingadmissionpolicies",
                             R"({"metadata":{"name":"p"},"spec":{"matchConstraints":{},"validations":[{"expression":"true"}]}})");
  EXPECT_EQ(kept.status(), 201) << kept.message();
  EXPECT_EQ(kept.text("spec.failurePolicy"), "Fail");
  EXPECT_NE(warning_of(kept).find("nothing here acts on it"), std::string::npos);
}

TEST(StoredKinds, AFieldThatIsUnknownIsNoPlaceOfAVolume) {
  // What is stored without its unknown fields must be what was checked, or it could never be written back.
  TestApi api;
  const auto made = [&](const std::string& name, const std::string& source) {
    return api.send("POST", "/api/v1/persistentvolumes",
                    R"({"metadata":{"name":")" + name +
                        R"("},"spec":{"capacity":{"storage":"1024Mi"},"accessModes":["ReadWriteOnce"],)" + source + "}}");
  };
  const auto unknown = made("a", R"("hnstPath":{"path":"/x"})");
  EXPECT_EQ(unknown.status(), 422);
  EXPECT_NE(unknown.message().find("must specify a volume type"), std::string::npos) << unknown.message();
  for (const char* source : {R"("hostPath":{"path":"/x"})", R"("awsElasticBlockStore":{"volumeID":"v"})"}) {
    EXPECT_EQ(made(std::to_string(std::string(source).size()), source).status(), 201) << source;
  }
}

TEST(StoredKinds, AJobGetsItsDefaultsAndFindsItsPods) {
  // The selector is made from the uid, which only the server knows.
  TestApi api;
  const auto job = api.send("POST", "/apis/batch/v1/namespaces/default/jobs",
                            R"({"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never",)"
                            R"("containers":[{"name":"c","image":"i"}]}}}})");
  EXPECT_EQ(job.status(), 201);
  EXPECT_EQ(job.number("spec.backoffLimit"), 6);
  const doc::Value* selector = find_path(job.body, "spec.selector.matchLabels");
  ASSERT_TRUE(selector);
  EXPECT_EQ(*selector->find("batch.kubernetes.io/controller-uid"), doc::Value(job.text("metadata.uid")));
  const auto always =
      api.send("POST", "/apis/batch/v1/namespaces/default/jobs",
               R"({"metadata":{"name":"k"},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  EXPECT_NE(always.message().find("restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""), std::string::npos)
      << always.message();
}

TEST(Versions, AnIngressIsOneObjectInAllOfThem) {
  // Users of the old version and of the new one edit the same thing.
  TestApi api;
  const char* kBeta = "/apis/extensions/v1beta1/namespaces/default/ingresses";
  const std::string v1 = "/apis/networking.k8s.io/v1/namespaces/default/ingresses/i";
  const auto made = api.send("POST", kBeta,
                             R"({"metadata":{"name":"i"},"spec":{"rules":[{"http":{"paths":[{"path":"/",)"
                             R"("backend":{"serviceName":"s","servicePort":80}}]}}]}})");
  EXPECT_EQ(made.status(), 201);
  EXPECT_NE(warning_of(made).find("use networking.k8s.io/v1 Ingress"), std::string::npos);
  const auto read = api.get(v1);
  EXPECT_EQ(read.text("apiVersion"), "networking.k8s.io/v1");
  const std::string json = read.response.body;
  EXPECT_NE(json.find(R"("backend":{"service":{"name":"s","port":{"number":80}}})"), std::string::npos) << json;
  EXPECT_EQ(api.merge(v1, R"({"spec":{"ingressClassName":"nginx"}})").status(), 200);
  const auto again = api.get(std::string(kBeta) + "/i");
  EXPECT_EQ(again.text("spec.ingressClassName"), "nginx");
  EXPECT_NE(again.response.body.find(R"("servicePort":80)"), std::string::npos);
}

TEST(Lease, IsCreatedByAPutAndNeedsItsRevision) {
  // Leader election rests on exactly this.
  TestApi api;
  const std::string lease = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l";
  const std::string body = R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"a"}})";
  EXPECT_EQ(api.send("PUT", lease, body).status(), 201);
  const auto blind = api.send("PUT", lease, body);
  EXPECT_EQ(blind.status(), 422);
  EXPECT_NE(blind.message().find("metadata.resourceVersion: Invalid value: 0: must be specified for an update"),
            std::string::npos);
  EXPECT_EQ(api.send("PUT", std::string(kMaps) + "/none", map_json("none")).status(), 404);
}

TEST(Service, AddressesAreGivenOnceAndComeBack) {
  // Two Services with one address would take each other's traffic.
  TestApi api;
  const std::string first = api.send("POST", kServices, service("a")).text("spec.clusterIP");
  const std::string second = api.send("POST", kServices, service("b")).text("spec.clusterIP");
  EXPECT_TRUE(first.starts_with("127.20.")) << first;
  EXPECT_NE(first, second);
  const std::string wanted = R"("clusterIP":")" + first + R"(","ports":[{"port":80}])";
  EXPECT_EQ(api.send("POST", kServices, service("c", wanted)).status(), 422);
  EXPECT_EQ(api.send("DELETE", std::string(kServices) + "/a").status(), 200);
  EXPECT_EQ(api.send("POST", kServices, service("c", wanted)).text("spec.clusterIP"), first);
  EXPECT_EQ(api.send("POST", kServices, service("d", R"("clusterIP":"10.0.0.1","ports":[{"port":80}])")).status(), 422);
}

TEST(Service, AnUpdateKeepsWhatWasGiven) {
  // `kubectl replace` and Helm write manifests that know no addresses.
  TestApi api;
  const auto made = api.send("POST", kServices, service("a", R"("type":"NodePort","ports":[{"port":80}])"));
  const int64_t port = number_at(find_path(made.body, "spec.ports")->as_array()->at(0), "nodePort");
  EXPECT_GE(port, 30'000);
  const std::string path = std::string(kServices) + "/a";
  const auto same = api.send("PUT", path, service("a", R"("type":"NodePort","ports":[{"port":80}])"));
  EXPECT_EQ(same.text("metadata.resourceVersion"), made.text("metadata.resourceVersion"));
  const auto inner = api.merge(path, R"({"spec":{"type":"ClusterIP"}})");
  EXPECT_EQ(inner.text("spec.clusterIP"), made.text("spec.clusterIP"));
  EXPECT_EQ(inner.response.body.find("nodePort"), std::string::npos);
  const auto moved = api.merge(path, R"({"spec":{"clusterIP":"127.20.9.9"}})");
  EXPECT_EQ(moved.status(), 422);
  EXPECT_NE(moved.message().find("spec.clusterIPs[0]: Invalid value"), std::string::npos) << moved.message();
  const auto external = api.merge(path, R"({"spec":{"type":"ExternalName","externalName":"x.example"}})");
  EXPECT_EQ(external.status(), 200) << external.message();
  EXPECT_EQ(external.text("spec.clusterIP"), "");
}

TEST(Service, ABalancerForLocalTrafficGetsAPortToAskBy) {
  // Balancers find by it the nodes that have endpoints; changing the policy back frees it.
  TestApi api;
  const std::string spec = R"("type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}])";
  const auto made = api.send("POST", kServices, service("s", spec));
  const int64_t port = made.number("spec.healthCheckNodePort");
  EXPECT_GE(port, 30'000) << made.message();
  EXPECT_NE(port, number_at((*made.body.find("spec")->find("ports")->as_array())[0], "nodePort"));
  EXPECT_EQ(api.send("PUT", std::string(kServices) + "/s", service("s", spec)).number("spec.healthCheckNodePort"), port);
  const auto taken = api.send("POST", kServices, service("t", spec + R"(,"healthCheckNodePort":)" + std::to_string(port)));
  EXPECT_EQ(taken.status(), 422);
  const auto cluster = api.merge(std::string(kServices) + "/s", R"({"spec":{"externalTrafficPolicy":"Cluster"}})");
  EXPECT_EQ(cluster.status(), 200) << cluster.message();
  EXPECT_FALSE(find_path(cluster.body, "spec.healthCheckNodePort"));
  EXPECT_EQ(api.send("POST", kServices, service("t", spec + R"(,"healthCheckNodePort":)" + std::to_string(port))).status(), 201);
}

constexpr const char* kPods = "/api/v1/namespaces/default/pods";

TEST(Pod, OneWithGatesSaysThatItWaitsAndCannotBeBound) {
  // Schedulers of others ask by the condition; one that binds too early hears why that does not work.
  TestApi api;
  const char* spec = R"("containers":[{"name":"c","image":"i"}])";
  const auto made = api.send("POST", kPods, service("p", std::string(spec) + R"(,"schedulingGates":[{"name":"g"}])"));
  ASSERT_EQ(size_at(made.body, "status.conditions"), 1) << made.message();
  const doc::Value& condition = find_path(made.body, "status.conditions")->as_array()->front();
  EXPECT_EQ(text_at(condition, "reason"), "SchedulingGated");
  const std::string binding = R"({"metadata":{"name":"p"},"target":{"name":"n"}})";
  EXPECT_EQ(api.send("POST", std::string(kPods) + "/p/binding", binding).status(), 409);
  ASSERT_EQ(api.merge(std::string(kPods) + "/p", R"({"spec":{"schedulingGates":null}})").status(), 200);
  ASSERT_EQ(api.send("POST", std::string(kPods) + "/p/binding", binding).status(), 201);
  const auto bound = api.get(std::string(kPods) + "/p");
  ASSERT_EQ(size_at(bound.body, "status.conditions"), 1);
  EXPECT_EQ(text_at(find_path(bound.body, "status.conditions")->as_array()->front(), "status"), "True");
}

TEST(Pod, ADeletionWaitsForWhatRuns) {
  // A Pod that is taken away at once loses the requests it is serving.
  TestApi api;
  const std::string path = std::string(kPods) + "/p";
  api.send("POST", kPods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  const auto first = api.send("DELETE", path);
  EXPECT_EQ(first.number("metadata.deletionGracePeriodSeconds"), 30);
  EXPECT_EQ(first.number("metadata.generation"), 2);
  EXPECT_EQ(api.send("DELETE", path, R"({"gracePeriodSeconds":5})").number("metadata.deletionGracePeriodSeconds"), 5);
  EXPECT_EQ(api.merge(path, R"({"metadata":{"labels":{"a":"b"}}})").status(), 200);
  EXPECT_EQ(api.get(path).status(), 200);
  EXPECT_EQ(api.send("DELETE", path, R"({"gracePeriodSeconds":0})").status(), 200);
  EXPECT_EQ(api.get(path).status(), 404);
}

TEST(Reviews, ARoleIsToldWhatItMay) {
  // `kubectl auth can-i` and Argo CD decide by these answers; nothing of them may stay behind.
  TestApi api;
  const char* kAsk = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const auto review =
      api.send("POST", kAsk, R"({"spec":{"resourceAttributes":{"verb":"list","resource":"pods","namespace":"x"}}})");
  EXPECT_EQ(review.status(), 201);
  EXPECT_TRUE(find_path(review.body, "status.allowed"));
  EXPECT_EQ(api.send("POST", kAsk, R"({"spec":{}})").status(), 422);
  EXPECT_EQ(api.get(kAsk).status(), 405);
  EXPECT_EQ(api.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}").status(), 201);
}

TEST(Compression, OnlyLargeAnswersAndOnlyWhenAsked) {
  // Small answers would get slower, and some clients cannot read it.
  httpd::Request request;
  EXPECT_FALSE(accepts_gzip(request));
  request.headers = {{"Accept-Encoding", "gzip;q=0"}};
  EXPECT_FALSE(accepts_gzip(request));
  request.headers = {{"Accept-Encoding", "deflate, gzip"}};
  EXPECT_TRUE(accepts_gzip(request));
  httpd::Response small;
  small.body = std::string(kCompressedFrom, 'x');
  compress(small);
  EXPECT_EQ(small.body.size(), kCompressedFrom);
  EXPECT_TRUE(small.headers.empty());
}

}  // namespace
}  // namespace graylane::apiserver
