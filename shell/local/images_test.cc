#include "local/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace graylane::local {
namespace {

using ::testing::ElementsAre;

ImageMap map_of(std::string_view yaml) {
  Diagnostics diagnostics;
  ImageMap map = ImageMap::parse(yaml, nullptr, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << to_string(diagnostic);
  return map;
}

TEST(Images, NamesOfOneImageAreOneImage) {
  // People write the short form in one place and the long one in another.
  EXPECT_EQ(normal_image("nginx"), "docker.io/library/nginx");
  EXPECT_EQ(normal_image("acme/shop:v1"), "docker.io/acme/shop:v1");
  EXPECT_EQ(normal_image("localhost/shop"), "localhost/shop");
  EXPECT_EQ(normal_image("registry:5000/shop"), "registry:5000/shop");
  EXPECT_EQ(repository_of("registry:5000/shop"), "registry:5000/shop");
  EXPECT_EQ(repository_of("registry:5000/shop:v1@sha256:0a"), "registry:5000/shop");
}

TEST(Images, TheCloserEntryWins) {
  // One line for all tags, and another for the tag that is different.
  const ImageMap map = map_of("nginx: [any]\nnginx:1.25: [exact]\nother:v1: [v1]\n");
  EXPECT_THAT(map.find("docker.io/library/nginx:1.24")->command, ElementsAre("any"));
  EXPECT_THAT(map.find("nginx:1.25@sha256:0a")->command, ElementsAre("exact"));
  EXPECT_THAT(map.find("nginx@sha256:0a")->command, ElementsAre("any"));
  EXPECT_EQ(map.find("other:v2"), nullptr);
  EXPECT_EQ(map.find(""), nullptr);
}

TEST(Images, TheFileIsStrongerThanWhatIsBuiltIn) {
  // Whoever maps an image of the examples means it, for all tags.
  const ImageMap map = map_of("astraios/gateway-service: [mine]");
  EXPECT_THAT(map.find("astraios/gateway-service:v1-commit-sha")->command, ElementsAre("mine"));
  EXPECT_EQ(map.find("registry.cn-hangzhou.aliyuncs.com/acs-sample/old-nginx:latest")->sample, "old");
}

TEST(Images, MistakesAreToldWithTheirPlace) {
  // The file is written by hand, in a hurry.
  struct Case {
    const char* yaml;
    const char* report;
  };
  const Case cases[] = {
      {"- a\n", "images.yaml:1:1: error: images.yaml must be an object: image -> what to run [images-shape]"},
      {"a: text\n",
       "images.yaml:1:4: error: a must be a list (the command) or an object with command, args, env, workingDir or sample "
       "[images-shape]"},
      {"a: {cmd: [x], sample: hi}\n", "images.yaml:1:5: error: a.cmd is not known [images-shape]"},
      {"a:\n  command: x\n  sample: hi\n", "images.yaml:2:12: error: a.command must be a list of texts [images-shape]"},
      {"a: [x, 1]\n", "images.yaml:1:8: error: a[1] must be a text [images-shape]"},
      {"a: {env: {NAME: 1}, command: [x]}\n", "images.yaml:1:17: error: a.env.NAME must be a text [images-shape]"},
      {"b: [x]\na: {}\n", "images.yaml:2:1: error: a says nothing that could run [images-shape]"},
      {"a: {command: [x], sample: hi}\n", "images.yaml:1:1: error: a has both command and sample [images-shape]"},
      {"a: [x]\na: [z]\n", "images.yaml:2:1: error:"},
  };
  for (const Case& c : cases) {
    Diagnostics diagnostics;
    ImageMap::parse(c.yaml, std::make_shared<const std::string>("images.yaml"), diagnostics);
    ASSERT_EQ(diagnostics.size(), 1u) << c.yaml;
    const std::string text = to_string(diagnostics.front());
    EXPECT_EQ(text.substr(0, std::string_view(c.report).size()), c.report);
  }
}

}  // namespace
}  // namespace graylane::local
