#include "api/convert.h"

#include <gtest/gtest.h>

#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::api {
namespace {

doc::Value json(std::string_view text) { return doc::parse_json(text, nullptr).documents.at(0); }

doc::Value converted(std::string_view text, const char* kind, const char* from, const char* to) {
  const Kinds& kinds = builtin_kinds();
  return convert(json(text), *kinds.find(from, kind), *kinds.find(to, kind));
}

constexpr const char* kBeta = "networking.k8s.io/v1beta1";
constexpr const char* kV1 = "networking.k8s.io/v1";

TEST(Convert, AnIngressKeepsItsBackendsInBothForms) {
  // Old manifests and new clients look at the same object.
  const char* beta = R"({"apiVersion":"networking.k8s.io/v1beta1","kind":"Ingress","metadata":{"name":"a"},"spec":{
    "backend":{"serviceName":"d","servicePort":"http"},
    "rules":[{"host":"h","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"serviceName":"s","servicePort":80}}]}}]}})";
  const char* v1 = R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a"},"spec":{
    "defaultBackend":{"service":{"name":"d","port":{"name":"http"}}},
    "rules":[{"host":"h","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}})";
  EXPECT_EQ(converted(beta, "Ingress", kBeta, kV1), json(v1));
  EXPECT_EQ(converted(v1, "Ingress", kV1, kBeta), json(beta));
  EXPECT_EQ(*converted(beta, "Ingress", kBeta, "extensions/v1beta1").find("apiVersion"), doc::Value("extensions/v1beta1"));
}

TEST(Convert, AnAutoscalerLosesNothingInTheOldVersion) {
  // v1 has a field for the CPU only; a client that writes back what it read must not delete the other metrics.
  const char* v2 =
      R"({"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"h"},"spec":{"maxReplicas":3,
    "metrics":[{"type":"Pods","pods":{"metric":{"name":"q"},"target":{"type":"AverageValue","averageValue":"5"}}},
               {"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}],
    "behavior":{"scaleDown":{"selectPolicy":"Disabled"}}}})";
  const doc::Value v1 = converted(v2, "HorizontalPodAutoscaler", "autoscaling/v2", "autoscaling/v1");
  EXPECT_EQ(*v1.find("spec")->find("targetCPUUtilizationPercentage"), doc::Value(int64_t{50}));
  EXPECT_FALSE(v1.find("spec")->find("metrics"));
  EXPECT_FALSE(v1.find("spec")->find("behavior"));
  EXPECT_EQ(converted(doc::to_json(v1), "HorizontalPodAutoscaler", "autoscaling/v1", "autoscaling/v2"), json(v2));
}

TEST(Convert, AnOldAutoscalerThatNamesNothingScalesByTheCpu) {
  // Without a number it would be one that does nothing; the annotation counts as one.
  const Kind& v1 = *builtin_kinds().find("autoscaling/v1", "HorizontalPodAutoscaler");
  doc::Value plain = json(R"({"metadata":{"name":"h"},"spec":{"maxReplicas":3}})");
  v1.fill(*plain.as_object());
  EXPECT_EQ(*plain.find("spec")->find("targetCPUUtilizationPercentage"), doc::Value(int64_t{80}));
  doc::Value other =
      json(R"({"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"[]"}},"spec":{"maxReplicas":3}})");
  v1.fill(*other.as_object());
  EXPECT_FALSE(other.find("spec")->find("targetCPUUtilizationPercentage"));
}

TEST(Convert, AnEventHasOtherNamesForTheSameFacts) {
  // kubectl writes the one form and reads the other.
  const doc::Value core = json(R"({"apiVersion":"v1","kind":"Event","involvedObject":{"name":"web"},"message":"m","count":2})");
  const doc::Value event = converted(doc::to_json(core), "Event", "v1", "events.k8s.io/v1");
  EXPECT_EQ(*event.find("regarding")->find("name"), doc::Value("web"));
  EXPECT_EQ(*event.find("note"), doc::Value("m"));
  EXPECT_EQ(*event.find("deprecatedCount"), doc::Value(int64_t{2}));
  EXPECT_EQ(converted(doc::to_json(event), "Event", "events.k8s.io/v1", "v1"), core);
}

TEST(Convert, EveryOtherVersionHasAStoredOne) {
  // An object that is stored in a version nobody can find again is lost.
  for (const Kind& kind : builtin_kinds().all()) {
    const Kind& stored = builtin_kinds().storage_of(kind);
    EXPECT_TRUE(stored.is_storage) << kind.gvk.api_version() << " " << kind.gvk.kind;
    EXPECT_EQ(stored.storage_group, kind.storage_group);
    EXPECT_EQ(stored.plural, kind.plural);
    EXPECT_EQ(kind.to_storage == nullptr, kind.from_storage == nullptr);
  }
}

}  // namespace
}  // namespace graylane::api
