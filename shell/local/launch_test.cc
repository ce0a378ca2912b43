#include "local/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/manifest.h"

namespace graylane::local {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

api::ObjectPtr object_of(std::string_view yaml) {
  api::Manifest manifest = api::read_manifest(yaml, nullptr);
  EXPECT_FALSE(has_errors(manifest.diagnostics));
  return std::make_shared<api::Object>(std::move(manifest.objects.at(0)));
}

class LaunchTest : public ::testing::Test {
 protected:
  /// The plan for a Pod with this container.
  std::expected<Launch, Waiting> plan(const std::string& container, const std::string& images = "",
                                      const std::string& spec = "") {
    const api::ObjectPtr pod = object_of(
        "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, uid: u-1, labels: {app: web, app/tier: front},"
        " annotations: {note: hi}}, spec: {" +
        spec + " containers: [{name: web, " + container + "}]}}");
    const auto find = [&](std::string_view kind, std::string_view name) -> api::ObjectPtr {
      for (const api::ObjectPtr& object : objects_) {
        if (object->key.kind == kind && object->key.name == name) return object;
      }
      return nullptr;
    };
    const PodFacts facts{*pod, "127.10.0.9", "node-1", {{80, 10080}}, find, services_};
    Diagnostics diagnostics;
    const ImageMap map = ImageMap::parse(images, nullptr, diagnostics);
    EXPECT_TRUE(diagnostics.empty());
    return plan_launch(facts, pod->find("spec")->find("containers")->as_array()->front(), map, "/self", {{"PATH", "/bin"}});
  }
  Environment environment(const std::string& container, const std::string& images = "") {
    const auto launch = plan("command: [run], " + container, images);
    if (!launch) ADD_FAILURE() << launch.error().message;
    return launch ? launch->environment : Environment();
  }

  std::vector<api::ObjectPtr> objects_ = {
      object_of("{apiVersion: v1, kind: ConfigMap, metadata: {name: config, namespace: shop}, data: {MODE: fast, level: '3'}}"),
      object_of("{apiVersion: v1, kind: Secret, metadata: {name: secret, namespace: shop}, data: {TOKEN: czNjcjN0}, stringData: "
                "{plain: text}}")};
  std::vector<api::ObjectPtr> services_;
};

TEST_F(LaunchTest, CommandAndArgsFollowKubernetesRules) {
  // A container's command replaces the image's altogether; its args replace only the args.
  const std::string images = "img: {command: [entry, $(POD_NAME)], args: [default]}";
  EXPECT_THAT(plan("image: img", images)->command, ElementsAre("entry", "web-1", "default"));
  EXPECT_THAT(plan("image: img, args: [own]", images)->command, ElementsAre("entry", "web-1", "own"));
  EXPECT_THAT(plan("image: img, command: [mine]", images)->command, ElementsAre("mine"));
  EXPECT_THAT(plan("image: img, command: [mine], args: ['$(PORT)'], ports: [{containerPort: 8080}]", images)->command,
              ElementsAre("mine", "8080"));
}

TEST_F(LaunchTest, SampleImagesRunTheBuiltInServer) {
  // The examples have to work without any image.
  EXPECT_THAT(plan("image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/old-nginx'")->command,
              ElementsAre("/self", "sample-server", "old"));
  EXPECT_THAT(plan("image: 'registry.cn-hangzhou.aliyuncs.com/acs-sample/new-nginx:1'")->command,
              ElementsAre("/self", "sample-server", "new"));
  EXPECT_THAT(plan("image: 'astraios/gateway-service:v2-commit-sha'")->command,
              ElementsAre("/self", "sample-server", "gateway-service v2"));
  EXPECT_THAT(plan("image: any", "any: {sample: mine}")->command, ElementsAre("/self", "sample-server", "mine"));
}

TEST_F(LaunchTest, WhatIsNotMappedWaitsAndSaysHow) {
  // args alone say nothing about the program.
  for (const char* container : {"image: 'x.example/shop:v1'", "image: 'x.example/shop:v1', args: [a]"}) {
    const auto launch = plan(container);
    ASSERT_FALSE(launch);
    EXPECT_EQ(launch.error().reason, "ErrImageNotMapped");
    EXPECT_THAT(launch.error().message, HasSubstr("x.example/shop: {sample"));
  }
}

TEST_F(LaunchTest, VariablesOfAllSources) {
  // What a program is configured with on a cluster has to reach it here, too.
  const Environment variables = environment(
      "ports: [{containerPort: 80}, {containerPort: 9090}], envFrom: [{configMapRef: {name: config}}, {prefix: S_, secretRef: "
      "{name: secret}}],"
      " env: [{name: LEVEL, valueFrom: {configMapKeyRef: {name: config, key: level}}},"
      " {name: TOKEN, valueFrom: {secretKeyRef: {name: secret, key: TOKEN}}},"
      " {name: TIER, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app/tier']\"}}},"
      " {name: NOTE, valueFrom: {fieldRef: {fieldPath: \"metadata.annotations['note']\"}}},"
      " {name: UID_, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}, {name: NS, valueFrom: {fieldRef: {fieldPath: "
      "metadata.namespace}}},"
      " {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: HOST, valueFrom: {fieldRef: {fieldPath: "
      "status.hostIP}}},"
      " {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]");
  const Environment expected = {{"MODE", "fast"},    {"S_TOKEN", "s3cr3t"}, {"S_plain", "text"},   {"LEVEL", "3"},
                                {"TOKEN", "s3cr3t"}, {"TIER", "front"},     {"NOTE", "hi"},        {"UID_", "u-1"},
                                {"NS", "shop"},      {"IP", "127.10.0.9"},  {"HOST", "127.0.0.1"}, {"NODE", "node-1"},
                                {"PORT", "10080"},   {"PORT_80", "10080"},  {"PORT_9090", "9090"}, {"POD_NAME", "web-1"},
                                {"PATH", "/bin"}};
  for (const auto& [name, value] : expected) EXPECT_EQ(variables.contains(name) ? variables.at(name) : "(none)", value) << name;
}

TEST_F(LaunchTest, LaterVariablesExpandEarlierOnes) {
  // Kubernetes' own rules, the escape and the unknown name included.
  const Environment variables = environment(
      "env: [{name: A, value: one}, {name: B, value: '$(A)-$(POD_IP)'}, {name: C, value: '$$(A) $(NO) $A $'},"
      " {name: PORT, value: '7'}]",
      "");
  EXPECT_EQ(variables.at("B"), "one-127.10.0.9");
  EXPECT_EQ(variables.at("C"), "$(A) $(NO) $A $");
  EXPECT_EQ(variables.at("PORT"), "7");
}

TEST_F(LaunchTest, ServicesWithAnAddressAreVariables) {
  // The old way in which programs find each other.
  services_ = {object_of("{apiVersion: v1, kind: Service, metadata: {name: my-db, namespace: shop}, spec: {clusterIP: "
                         "10.20.0.1, selector: {a: b},"
                         " ports: [{name: main, port: 5432}, {name: metrics-x, port: 9187}]}}"),
               object_of("{apiVersion: v1, kind: Service, metadata: {name: none, namespace: shop}, spec: {clusterIP: None, "
                         "ports: [{port: 1}]}}"),
               object_of("{apiVersion: v1, kind: Service, metadata: {name: ours, namespace: shop}, spec: {clusterIP: 127.20.0.1, "
                         "ports: [{port: 1}]}}")};
  const Environment variables = environment("env: []");
  EXPECT_EQ(variables.at("MY_DB_SERVICE_HOST"), "10.20.0.1");
  EXPECT_EQ(variables.at("MY_DB_SERVICE_PORT"), "5432");
  EXPECT_EQ(variables.at("MY_DB_SERVICE_PORT_METRICS_X"), "9187");
  EXPECT_FALSE(variables.contains("NONE_SERVICE_HOST"));
  EXPECT_FALSE(variables.contains("OURS_SERVICE_HOST")) << "nothing listens there";
  EXPECT_FALSE(plan("command: [run]", "", "enableServiceLinks: false,")->environment.contains("MY_DB_SERVICE_HOST"));
}

TEST_F(LaunchTest, WhatIsMissingIsNamed) {
  // A Pod that waits must say for what; an optional reference waits for nothing.
  struct Case {
    const char* env;
    const char* message;
  };
  for (const Case& c :
       {Case{"env: [{name: A, valueFrom: {configMapKeyRef: {name: gone, key: k}}}]", "env A: ConfigMap gone does not exist"},
        Case{"env: [{name: A, valueFrom: {secretKeyRef: {name: secret, key: k}}}]", "env A: Secret secret has no key k"},
        Case{"envFrom: [{configMapRef: {name: gone}}]", "ConfigMap gone of envFrom does not exist"},
        Case{"env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.x}}}]", "env A: fieldPath spec.x is not known"}}) {
    const auto launch = plan(std::string("command: [run], ") + c.env);
    ASSERT_FALSE(launch) << c.env;
    EXPECT_EQ(launch.error(), (Waiting{"CreateContainerConfigError", c.message}));
  }
  EXPECT_FALSE(environment("env: [{name: A, valueFrom: {configMapKeyRef: {name: gone, key: k, optional: true}}}]").contains("A"));
}

TEST_F(LaunchTest, FoldersAreRelativeToTheManifests) {
  // `./server` in images.yaml means the one beside it, wherever graylane was started.
  EXPECT_EQ(plan("image: img", "img: {command: [x], workingDir: sub}")->folder, "./sub");
  EXPECT_EQ(plan("image: img, workingDir: /srv", "img: {command: [x], workingDir: sub}")->folder, "/srv");
}

}  // namespace
}  // namespace graylane::local
