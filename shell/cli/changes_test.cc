#include "cli/changes.h"

#include <gtest/gtest.h>

#include "dialect/ingress_nginx/test_manifests.h"

namespace graylane::cli {
namespace {

using ingress_nginx::IngressText;
using ingress_nginx::objects_of;
using ingress_nginx::Pairs;
using ingress_nginx::service;
using ingress_nginx::services;
using ingress_nginx::Texts;
using ingress_nginx::yaml;

std::string canary(const std::string& weight, Pairs more = {}, const std::string& to = "new") {
  Pairs annotations = {{"canary", "true"}};
  if (!weight.empty()) annotations.emplace_back("canary-weight", weight);
  annotations.insert(annotations.end(), more.begin(), more.end());
  return yaml({.name = "canary", .created = 2, .annotations = annotations, .paths = {"a.example / Prefix " + to + ":80"}});
}

std::string main_ingress(const std::string& to = "old", Pairs annotations = {}) {
  return yaml({.annotations = std::move(annotations), .paths = {"a.example / Prefix " + to + ":80"}});
}

std::string changes(const std::string& before, const std::string& after) {
  const auto table_of = [](const std::string& text) {
    ingress_nginx::Compiler compiler{ingress_nginx::Options()};
    for (const api::ObjectPtr& object : objects_of(services({"old", "new", "newer"}) + text)) compiler.put(object);
    return compiler.compile();
  };
  return join_changes(describe_changes(*table_of(before), *table_of(after)));
}

TEST(Changes, AnEditOfAWeightSaysFromWhereToWhere) {
  // The line that people wait for after an edit.
  EXPECT_EQ(changes(main_ingress() + canary("20"), main_ingress() + canary("50")), "canary 20 -> 50 % (a.example/)");
  EXPECT_EQ(changes(main_ingress() + canary("20"), main_ingress() + canary("0")), "canary 20 -> 0 % (a.example/)");
}

TEST(Changes, CanariesThatComeAndGoAreNamed) {
  // A canary that vanished by mistake must be seen at once.
  EXPECT_EQ(
      changes(main_ingress(), main_ingress() + canary("20", {{"canary-by-header", "foo"}, {"canary-by-header-value", "bar"}})),
      "canary default/new added: header foo=bar, 20 % (a.example/)");
  EXPECT_EQ(changes(main_ingress() + canary("20"), main_ingress()), "canary default/new removed (a.example/)");
  EXPECT_EQ(changes(main_ingress() + canary("20"), main_ingress() + canary("20", {}, "newer")),
            "canary default/newer added: 20 % (a.example/); canary default/new removed (a.example/)");
}

TEST(Changes, ConditionsAndDestinationsAreCompared) {
  // A weight is not the only thing that moves users.
  EXPECT_EQ(changes(main_ingress() + canary("20"), main_ingress() + canary("20", {{"canary-by-cookie", "beta"}})),
            "canary by weight alone, 20 % -> cookie beta=always (a.example/)");
  const Pairs header = {{"canary-by-header", "foo"}, {"canary-by-header-value", "bar"}};
  EXPECT_EQ(changes(main_ingress() + canary("50", header), main_ingress() + canary("50")),
            "canary by header foo=bar -> weight alone, 50 % (a.example/)");
  EXPECT_EQ(changes(main_ingress() + canary("0", header), main_ingress() + canary("0")),
            "canary by header foo=bar -> nothing (a.example/)");
  EXPECT_EQ(changes(main_ingress(), main_ingress("new")), "stable default/old:80 -> default/new:80 (a.example/)");
  EXPECT_EQ(changes(main_ingress(), main_ingress("old", {{"whitelist-source-range", "10.0.0.0/8"}})),
            "policy none -> allow 1 (a.example/)");
}

TEST(Changes, RoutesThatComeAndGoAreNamed) {
  EXPECT_EQ(changes("", main_ingress()), "route added to default/old:80 (a.example/)");
  EXPECT_EQ(changes(main_ingress(), ""), "route removed, it went to default/old:80 (a.example/)");
}

TEST(Changes, LongListsAreCut) {
  // One line stays one line.
  Texts paths;
  for (int i = 0; i < 9; ++i) paths.push_back("a.example /p" + std::to_string(i) + " Prefix old:80");
  const std::string text = changes("", yaml({.paths = paths}));
  EXPECT_NE(text.find(" and 6 more"), text.npos) << text;
}

TEST(Changes, NothingIsSaidOfWhatStayed) { EXPECT_EQ(changes(main_ingress(), main_ingress()), "no route changed"); }

}  // namespace
}  // namespace graylane::cli
