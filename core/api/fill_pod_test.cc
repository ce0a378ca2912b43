// Defaults of Pods that depend on other fields.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "api/decode.h"
#include "doc/parse.h"

namespace graylane::api {
namespace {

doc::Value stored(std::string_view yaml) {
  auto decoded = decode(doc::parse_yaml(yaml, {}).documents.at(0), nullptr);
  EXPECT_TRUE(decoded.object);
  return decoded.object ? decoded.object->content : doc::Value();
}

doc::Value template_spec(const std::string& members) {
  const doc::Value object = stored(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: "
      "{metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: a, ports: [{containerPort: 80}]}], " +
      members + "}}}}");
  return *object.find("spec")->find("template")->find("spec");
}

std::string text(const doc::Value& value, std::string_view member) {
  const doc::Value* found = value.find(member);
  return found && found->as_string() ? *found->as_string() : "none";
}

TEST(FillPod, ServiceAccountHasTwoNames) {
  // Clients read either; the newer one counts when both are written.
  for (const char* members : {"serviceAccountName: a", "serviceAccount: a", "serviceAccountName: a, serviceAccount: b",
                              "serviceAccountName: '', serviceAccount: a"}) {
    const doc::Value spec = template_spec(members);
    EXPECT_EQ(text(spec, "serviceAccountName"), "a") << members;
    EXPECT_EQ(text(spec, "serviceAccount"), "a") << members;
  }
  EXPECT_EQ(template_spec("").find("serviceAccount"), nullptr);
}

TEST(FillPod, ImageVolumesArePulledAsContainersImagesAre) {
  // An untagged image moves; a pinned one does not.
  const auto policy = [](const std::string& reference) {
    const doc::Value spec = template_spec("volumes: [{name: v, image: {reference: '" + reference + "'}}]");
    return text(*spec.find("volumes")->as_array()->at(0).find("image"), "pullPolicy");
  };
  EXPECT_EQ(policy("a:1"), "IfNotPresent");
  EXPECT_EQ(policy("a"), "Always");
  EXPECT_EQ(policy("a:latest"), "Always");
}

TEST(FillPod, HostPortsAreFilledInOfPodsOnly) {
  // In a template they would change its hash, and with it every Pod.
  const auto host_port = [](const doc::Value& spec) {
    return spec.find("containers")->as_array()->at(0).find("ports")->as_array()->at(0).find("hostPort");
  };
  EXPECT_EQ(host_port(template_spec("hostNetwork: true")), nullptr);
  const doc::Value pod = stored(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: true, containers: [{name: c, image: a, ports: "
      "[{containerPort: 80}]}]}}");
  const doc::Value* filled = host_port(*pod.find("spec"));
  ASSERT_NE(filled, nullptr);
  EXPECT_EQ(*filled, doc::Value(int64_t{80}));
}

}  // namespace
}  // namespace graylane::api
