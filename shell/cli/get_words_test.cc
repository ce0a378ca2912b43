// kubectl's users write these lines without thinking.
#include "cli/get_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace graylane::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<GetWord> read(const std::vector<std::string>& words) {
  auto result = read_get_words(words);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result.value_or(std::vector<GetWord>());
}

std::string refusal(const std::vector<std::string>& words) {
  const auto result = read_get_words(words);
  return result ? "it was read" : result.error().what;
}

TEST(GetWords, NamesGoWithEveryKind) {
  // `kubectl get deploy,svc web` shows what belongs together.
  EXPECT_THAT(read({"deploy,svc", "web", "shop"}),
              ElementsAre(GetWord{"deploy", {"web", "shop"}}, GetWord{"svc", {"web", "shop"}}));
  EXPECT_THAT(read({"pods"}), ElementsAre(GetWord{"pods", {}}));
  EXPECT_THAT(read({}), ElementsAre(GetWord{kAllKinds, {}}));
}

TEST(GetWords, PairsMayBeOfDifferentKinds) {
  // They are copied from the output of -o name.
  EXPECT_THAT(read({"svc/web", "ingress.networking.k8s.io/web"}),
              ElementsAre(GetWord{"svc", {"web"}}, GetWord{"ingress.networking.k8s.io", {"web"}}));
}

TEST(GetWords, WhatIsEmptyOrMixedIsRefused) {
  // Mostly of a variable that is not set: more would be listed than was asked for.
  EXPECT_THAT(refusal({"pods,"}), HasSubstr("\"pods,\" names an empty kind"));
  EXPECT_THAT(refusal({"pod/"}), HasSubstr("\"pod/\" is not one kind and one name"));
  EXPECT_THAT(refusal({"/web"}), HasSubstr("is not one kind"));
  EXPECT_THAT(refusal({"a/b/c"}), HasSubstr("is not one kind"));
  EXPECT_THAT(refusal({"pods,svc/web"}), HasSubstr("is not one kind"));
  EXPECT_THAT(refusal({"svc", "svc/web"}), HasSubstr("\"svc\" beside \"svc/web\""));
}

}  // namespace
}  // namespace graylane::cli
