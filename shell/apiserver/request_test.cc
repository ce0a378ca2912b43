#include <gtest/gtest.h>

#include "apiserver/media.h"
#include "apiserver/selectors.h"
#include "apiserver/target.h"
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

Target target_of(std::string_view path) {
  auto target = parse_target(path);
  EXPECT_TRUE(target && *target) << path;
  return target && *target ? **target : Target();
}

TEST(Target, NamesAResourceItsNamespaceAndItsPart) {
  // Everything else is decided by what the path names.
  const Target scale = target_of("/apis/apps/v1/namespaces/shop/deployments/web/scale");
  EXPECT_EQ(scale.api_version(), "apps/v1");
  EXPECT_EQ(scale.ns + "/" + scale.resource + "/" + scale.name + "/" + scale.subresource, "shop/deployments/web/scale");
  EXPECT_EQ(target_of("/api/v1/watch/namespaces/shop/pods").watch, true);
  EXPECT_EQ(target_of("/api/v1/pods").ns, "");
}

TEST(Target, ANamespacesOwnPartsAreNoScope) {
  // "namespaces/shop/status" must not be read as the resource "status" in shop.
  const Target status = target_of("/api/v1/namespaces/shop/status");
  EXPECT_EQ(status.resource + "/" + status.name + "/" + status.subresource, "namespaces/shop/status");
}

TEST(Target, RefusesPartsThatCouldLeaveTheirPlace) {
  // An escaped slash or ".." in a name would make two readers see two objects.
  for (const char* path : {"/api/v1/namespaces/..%2fx/pods", "/api/v1/namespaces/../pods", "/api/v1/pods/%zz"})
    EXPECT_FALSE(parse_target(path)) << path;
}

TEST(Media, AcceptPrefersByQualityThenByOrder) {
  // kubectl lists Table first and plain JSON last; a client's q must not be turned round.
  const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  EXPECT_EQ(choose_form(&table)->as, Form::As::kTable);
  const std::string weighed = "application/yaml;q=0.5, application/json";
  EXPECT_FALSE(choose_form(&weighed)->yaml);
  const std::string html = "text/html";
  EXPECT_EQ(choose_form(&html).error().code, 406);
}

TEST(Media, DiscoveryHonoursTheVersionThatIsAsked) {
  // A v2 document for a client that asked v2beta1 leaves it without any resource.
  const auto version = [](const std::string& accept) { return choose_discovery(&accept).value_or("refused"); };
  EXPECT_EQ(version("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"), "v2beta1");
  EXPECT_EQ(version("application/json;g=apidiscovery.k8s.io;v=v77;as=APIGroupDiscoveryList,application/json"), "");
}

bool selects(std::string_view selector, const std::string& labels) {
  auto parsed = LabelSelector::parse(selector);
  EXPECT_TRUE(parsed) << selector;
  const doc::Parsed content = doc::parse_json(R"({"metadata":{"labels":)" + labels + "}}", nullptr);
  return parsed && parsed->matches(content.documents.front());
}

TEST(LabelSelector, AbsentLabelsMatchWhatIsNegated) {
  // `!=` and `notin` also select what has no such label; controllers rely on it.
  EXPECT_TRUE(selects("t!=x", "{}"));
  EXPECT_TRUE(selects("t notin (x,y)", "{}"));
  EXPECT_FALSE(selects("t notin (x,y)", R"({"t":"y"})"));
  EXPECT_TRUE(selects("t in (x, y),!z", R"({"t":"y"})"));
  EXPECT_TRUE(selects("n>1", R"({"n":"2"})"));
  EXPECT_FALSE(selects("n>1", R"({"n":"two"})"));
  EXPECT_TRUE(selects("a.b/c==d,e", R"({"a.b/c":"d","e":""})"));
}

TEST(LabelSelector, RefusesWhatItCannotRead) {
  // A selector read half would delete or list too much.
  for (const char* text : {"=x", "a in x", "a in (x", "a=b,", "a b", "-=x", "a>x"})
    EXPECT_FALSE(LabelSelector::parse(text)) << text;
  EXPECT_EQ(LabelSelector::parse("=x").error().message,
            "unable to parse requirement: found '=', expected: !, identifier, or 'end of string'");
}

TEST(FieldSelector, KnowsTheFieldsOfItsKind) {
  // An unknown field must be told, not matched by nothing.
  const api::Kind& pod = *api::builtin_kinds().find("v1", "Pod");
  const api::Kind& map = *api::builtin_kinds().find("v1", "ConfigMap");
  EXPECT_TRUE(FieldSelector::parse("status.phase=Running,metadata.name!=x", pod));
  EXPECT_EQ(FieldSelector::parse("data.a=b", map).error().message,
            "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  EXPECT_EQ(FieldSelector::parse("metadata.name", map).error().message,
            "invalid selector: 'metadata.name'; can't understand 'metadata.name'");
}

}  // namespace
}  // namespace graylane::apiserver
