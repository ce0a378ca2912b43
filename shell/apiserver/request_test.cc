#include <gtest/gtest.h>

#include "apiserver/media.h"
#include "apiserver/request_timeout.h"
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

TEST(Media, MetadataOfAListIsNotThatOfAnObject) {
  // A client that decodes one as the other would find nothing in it.
  const std::string one = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
  const std::string list = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
  EXPECT_TRUE(choose_form_of(&one, false, "Pod"));
  EXPECT_TRUE(choose_form_of(&list, true, "PodList"));
  EXPECT_EQ(choose_form_of(&one, true, "PodList").error().message,
            "you requested PartialObjectMetadata, but the requested object is a list (PodList)");
  EXPECT_EQ(choose_form_of(&list, false, "Pod").error().code, 406);
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
  const auto message = [](std::string_view text) { return LabelSelector::parse(text).error().message; };
  EXPECT_EQ(message("=x"), "found '=', expected: !, identifier, or 'end of string'");
  EXPECT_EQ(message("a=b,,c"), "found ',', expected: identifier after ','");
  EXPECT_EQ(message("a=b c"), "found 'c', expected: ',' or 'end of string'");
  EXPECT_EQ(message("a in b"), "unable to parse requirement: found 'b' expected: '('");
  EXPECT_EQ(message("/x=y"), R"(unable to parse requirement: <nil>: Invalid value: "/x": prefix part must be non-empty)");
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
  EXPECT_EQ(FieldSelector::parse("spec.hostname=x", pod).error().message, "field label not supported: spec.hostname");
  EXPECT_EQ(FieldSelector::parse("metadata.namespace=x", *api::builtin_kinds().find("v1", "Node")).error().message,
            "field label not supported: metadata.namespace");
}

bool chooses(std::string_view selector, const char* kind, const std::string& content) {
  auto parsed = FieldSelector::parse(selector, *api::builtin_kinds().find("v1", kind));
  EXPECT_TRUE(parsed) << selector << ": " << (parsed ? "" : parsed.error().message);
  return parsed && parsed->matches(doc::parse_json(content, nullptr).documents.front());
}

TEST(FieldSelector, AbsentFieldsHaveTheirZero) {
  // `kubectl get nodes --field-selector spec.unschedulable=false` must find nodes that say nothing of it.
  EXPECT_TRUE(chooses("spec.unschedulable=false", "Node", "{}"));
  EXPECT_FALSE(chooses("spec.unschedulable=false", "Node", R"({"spec":{"unschedulable":true}})"));
  EXPECT_TRUE(chooses("spec.clusterIP!=None", "Service", R"({"spec":{"clusterIP":"10.0.0.1"}})"));
  EXPECT_TRUE(chooses("source=a.b/c", "Event", R"({"reportingComponent":"a.b/c"})"));
}

TEST(FieldSelector, EscapesAreReadAndBareMarksAreNot) {
  // A value with a comma must not become two terms.
  EXPECT_TRUE(chooses(R"(reason=a\,b\=c)", "Event", R"({"reason":"a,b=c"})"));
  const api::Kind& event = *api::builtin_kinds().find("v1", "Event");
  EXPECT_EQ(FieldSelector::parse("reason=a=b", event).error().message,
            "invalid field selector: unescaped character in value: 61");
  EXPECT_EQ(FieldSelector::parse(R"(reason=a\b)", event).error().message,
            R"(invalid field selector: invalid escape sequence: \b)");
}

TEST(Timeout, IsADurationAsGoReadsIt) {
  // A client whose timeout is not understood would be cut off at another time than it thinks.
  for (const char* good : {"0", "5s", "1m30s", "1.5h", ".5s", "-1s", "100us", "1ns"})
    EXPECT_EQ(duration_problem(good), "") << good;
  EXPECT_EQ(duration_problem("x"), R"(time: invalid duration "x")");
  EXPECT_EQ(duration_problem(".s"), R"(time: invalid duration ".s")");
  EXPECT_EQ(duration_problem("5"), R"(time: missing unit in duration "5")");
  EXPECT_EQ(duration_problem("5q"), R"(time: unknown unit "q" in duration "5q")");
  TestApi api;
  EXPECT_EQ(api.get("/api?timeout=x").message(), R"(invalid timeout specified in the request URL - time: invalid duration "x")");
  EXPECT_EQ(api.get(std::string(kMaps) + "?timeout=5").status(), 400);
  EXPECT_EQ(api.get(std::string(kMaps) + "?timeout=32s").status(), 200);
  EXPECT_EQ(api.get(std::string(kMaps) + "?timeout=").status(), 200);
}

TEST(OpenApiPaths, EndWithoutASlash) {
  // The original has nothing there, and its clients know that they asked wrongly.
  TestApi api;
  EXPECT_EQ(api.get("/openapi/v3").status(), 200);
  EXPECT_EQ(api.get("/openapi/v3/").status(), 404);
  EXPECT_EQ(api.get("/openapi/v3/api/v1/").status(), 404);
  EXPECT_EQ(api.get("/openapi/v2/").status(), 404);
}

}  // namespace
}  // namespace graylane::apiserver
