#include "cli/hints.h"

#include <gtest/gtest.h>

namespace graylane::cli {
namespace {

Location at(uint32_t line) { return {std::make_shared<const std::string>("shop.yaml"), {line, 5}}; }

route::Table empty_table() {
  route::Table table;
  table.fallback = std::make_shared<const route::Host>();
  return table;
}

route::Explanation answer(uint16_t status) {
  route::Explanation explanation;
  explanation.status = status;
  return explanation;
}

std::vector<std::string> hints(const std::string& url, std::vector<Excluded> excluded) {
  return hints_for(*parse_url(url), answer(404), empty_table(), excluded);
}

TEST(Hints, AHostWhoseIngressIsLeftOutIsToldSo) {
  // "No such host" would send people looking for a typing error that is not there.
  const Excluded shop{"Ingress default/shop", {"a.example"}, {}, "a snippet", at(6)};
  const std::vector<std::string> wanted = {"Ingress default/shop names this host and is left out: a snippet (shop.yaml:6:5)"};
  EXPECT_EQ(hints("http://A.example.:8080/", {shop}), wanted);
  EXPECT_EQ(hints("b.example", {shop}), std::vector<std::string>{"no Ingress that is in force names a host"});
}

TEST(Hints, AWildcardNamesHostsBelowItOnly) {
  // "*.example" is not "example".
  const Excluded any{"Ingress default/any", {"*.example"}, {}, "a snippet", at(6)};
  EXPECT_TRUE(any.names("a.example"));
  EXPECT_TRUE(any.names("a.b.example"));
  EXPECT_FALSE(any.names("example"));
  EXPECT_FALSE(any.names("aexample"));
}

TEST(Hints, ManyLeftOutIngressesAreCounted) {
  // A repository with hundreds of copies must not fill the screen.
  const std::vector<Excluded> many(10, {"Ingress default/shop", {"a.example"}, {}, "a snippet", at(6)});
  const auto found = hints("a.example", many);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found.back(), "7 more Ingresses that name this host are left out: see graylane lint");
}

TEST(Hints, AValueInAnotherCaseIsPointedOut) {
  // The most common reason why a tester does not reach the canary.
  route::Explanation explanation;
  explanation.trace = {{"header x == \"True\"", false, "it is \"true\"", at(9), {}}};
  EXPECT_EQ(hints_for(*parse_url("a.example"), explanation, empty_table(), {}),
            std::vector<std::string>{"values have a case: \"true\" is not \"True\" (shop.yaml:9:5)"});
}

}  // namespace
}  // namespace graylane::cli
