#include "daemon/offline.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace graylane::daemon {
namespace {

std::string ingress(const std::string& name, const std::string& host) {
  return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " + name + "}\nspec: {rules: [{host: " + host +
         ", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n";
}

class OfflineTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  Offline open() {
    auto offline = Offline::open(folder_);
    EXPECT_TRUE(offline);
    return std::move(*offline);
  }
  static route::TablePtr table(const Offline& offline) {
    auto routed = offline.route({});
    EXPECT_TRUE(routed);
    return routed->table;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("graylane-offline-test-" + std::to_string(getpid()));
};

TEST_F(OfflineTest, GoodObjectsCountBesideBrokenFiles) {
  // A question about one host must not wait until every file of a repository is right.
  write("a.yaml", ingress("a", "a.example"));
  write("b.yaml", "kind: [\n");
  const Offline offline = open();
  EXPECT_TRUE(has_errors(offline.reading()));
  EXPECT_NE(table(offline)->exact.find("a.example"), nullptr);
}

TEST_F(OfflineTest, OfObjectsDefinedTwiceTheFirstCounts) {
  // Some answer has to be given, and it must not depend on chance.
  write("a.yaml", ingress("same", "first.example"));
  write("b.yaml", ingress("same", "second.example"));
  EXPECT_NE(table(open())->exact.find("first.example"), nullptr);
  EXPECT_EQ(table(open())->exact.find("second.example"), nullptr);
}

TEST_F(OfflineTest, ImagesYamlIsAPartOfTheDirectory) {
  // lint must find what a running instance would refuse.
  write("a.yaml", ingress("a", "a.example"));
  write("images.yaml", "web: {command: 5}\n");
  const Offline offline = open();
  ASSERT_FALSE(offline.reading().empty());
  EXPECT_EQ(offline.reading()[0].id, "images-shape");
  EXPECT_EQ(offline.reading()[0].where.at.line, 1u);
  EXPECT_EQ(offline.objects().size(), 1u);
}

TEST_F(OfflineTest, AMissingPathIsAnError) {
  // An empty table would look like an answer.
  EXPECT_EQ(Offline::open(folder_ / "nowhere").error().code, ErrorCode::kNotFound);
}

TEST_F(OfflineTest, ASubstitutedFileReplacesItsObjectsAndReports) {
  // What a fix would lead to is asked without touching the disk.
  write("a.yaml", ingress("a", "a.example"));
  write("b.yaml", "kind: [\n");
  Offline offline = open();
  offline.substitute(folder_ / "b.yaml", ingress("b", "b.example") + "---\n" + ingress("a", "c.example"));
  ASSERT_EQ(offline.reading().size(), 1u);
  EXPECT_EQ(offline.reading()[0].id, "duplicate-object");
  EXPECT_EQ(offline.objects().size(), 3u);
  EXPECT_NE(table(offline)->exact.find("b.example"), nullptr);
  EXPECT_NE(table(offline)->exact.find("a.example"), nullptr);
}

TEST_F(OfflineTest, CustomResourcesAreJudgedByTheirDefinition) {
  // lint has nothing but the files, and must neither call a kind unknown that is defined there nor let its mistakes pass.
  write("z.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n"
        "  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, singular: widget, kind: Widget}\n"
        "  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: "
        "object, properties: {size: {type: integer}}}}}}}]\n");
  const std::string widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: ";
  write("a.yaml", widget + "1}\n");
  Offline offline = open();
  EXPECT_TRUE(offline.reading().empty());
  EXPECT_EQ(offline.objects().at(0)->key.ns, "default");
  offline.substitute(folder_ / "a.yaml", widget + "big}\n");
  ASSERT_EQ(offline.reading().size(), 1u);
  EXPECT_EQ(offline.reading()[0].field, "spec.size");
}

}  // namespace
}  // namespace graylane::daemon
