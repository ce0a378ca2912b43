#include "sources/api_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/test_directory_source.h"

namespace graylane::sources {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

api::Manifest read(const std::string& text) {
  api::Manifest manifest = api::read_manifest(text, std::make_shared<const std::string>("a.yaml"));
  add_api_findings(manifest, api::builtin_kinds());
  return manifest;
}

std::vector<std::string> ids(const Diagnostics& diagnostics) {
  std::vector<std::string> ids;
  for (const Diagnostic& diagnostic : diagnostics) ids.push_back(diagnostic.id);
  return ids;
}

std::string cron_job(const std::string& schedule) {
  return "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  schedule: \"" + schedule +
         "\"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}\n";
}

TEST(ApiFindings, WhatAClusterWouldRefuseIsSaidWithItsPlace) {
  // Manifests that work on a laptop go to a cluster next; there, every one of these is an error.
  const api::Manifest found = read(cron_job("61 * * * *"));
  ASSERT_THAT(ids(found.diagnostics), ElementsAre("cluster-refuses"));
  EXPECT_EQ(found.diagnostics[0].severity, Severity::kWarning);
  EXPECT_EQ(found.diagnostics[0].where.to_string(), "a.yaml:5:13");
  EXPECT_THAT(found.diagnostics[0].message,
              HasSubstr("spec.schedule is taken here, but Kubernetes refuses it: Invalid value: \"61 * * * *\""));
  EXPECT_THAT(read(cron_job("59 * * * *")).diagnostics, IsEmpty());
  EXPECT_THAT(
      ids(read("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: policy}\nspec:\n  podSelector: {}\n"
               "  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]\n")
              .diagnostics),
      ElementsAre("cluster-refuses"));
  EXPECT_THAT(ids(read("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: p}\nspec:\n"
                       "  minAvailable: 150%\n  selector: {matchLabels: {a: b}}\n")
                      .diagnostics),
              ElementsAre("cluster-refuses"));
}

TEST(ApiFindings, NothingIsSaidTwice) {
  // Reading tells these in its own words; a second warning for one line hides what is new.
  const api::Manifest slice = read(
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\naddressType: IPv4\n"
      "endpoints: [{addresses: [127.0.0.1]}]\n");
  EXPECT_THAT(ids(slice.diagnostics), ElementsAre("loopback-endpoint"));
  const api::Manifest path = read(
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n  - host: A.test\n"
      "    http: {paths: [{path: /, backend: {service: {name: s, port: {number: 80}}}}]}\n  - http: {paths: []}\n");
  EXPECT_THAT(ids(path.diagnostics), ElementsAre("invalid-host", "no-path-type", "no-paths"));
  const api::Manifest service =
      read("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80, name: a}, {port: 81}]}\n");
  EXPECT_THAT(ids(service.diagnostics), ElementsAre("missing-field"));
}

TEST(ApiFindings, WhatCannotBeAppliedIsAnErrorOfReading) {
  // `lint` has no store to apply to, and must not call good what `up` refuses.
  const api::Manifest found = read(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, finalizers: [clean]}\ndata: {\"a b\": c}\n");
  ASSERT_THAT(ids(found.diagnostics), ElementsAre("refused", "refused"));
  EXPECT_EQ(found.diagnostics[0].severity, Severity::kError);
  EXPECT_EQ(found.diagnostics[0].where.at.line, 7u);
  EXPECT_EQ(found.diagnostics[1].where.at.line, 8u);
}

TEST(ApiFindings, TheyAreInTheOrderOfTheFile) {
  // People go through a file from its top.
  const api::Manifest found =
      read(cron_job("61 * * * *") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\nfoo: 1\n---\n" +
           cron_job("62 * * * *"));
  EXPECT_THAT(ids(found.diagnostics), ElementsAre("cluster-refuses", "unknown-field", "cluster-refuses"));
}

TEST(ApiFindings, OneObjectCannotFillTheScreen) {
  // A generated manifest may have one mistake ten thousand times.
  std::string text =
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: policy}\nspec:\n  podSelector: {}\n  ingress:\n";
  for (size_t i = 0; i < 2 * kApiFindingsMax; ++i) text += "  - from: [{ipBlock: {cidr: nowhere}}]\n";
  EXPECT_EQ(read(text).diagnostics.size(), kApiFindingsMax);
}

using ApiFindingsOfADirectory = DirectorySourceTest;

TEST_F(ApiFindingsOfADirectory, WhatAClusterWouldRefuseIsServedAllTheSame) {
  // Nobody's directory stops working since a warning was added.
  dir.write("c.yaml", cron_job("61 * * * *"));
  const Synced taken = sync();
  EXPECT_TRUE(taken.in_force);
  EXPECT_THAT(ids(taken), ElementsAre("cluster-refuses"));
  EXPECT_TRUE(has({"batch", "CronJob", "default", "c"}));
  EXPECT_THAT(ids(sync()), ElementsAre("cluster-refuses")) << "it is so as long as the document says so";
}

}  // namespace
}  // namespace graylane::sources
