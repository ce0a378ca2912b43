// Custom resources through the API: from the definition to its end.
#include <gmock/gmock.h>

#include "apiserver/test_api.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

using testing::HasSubstr;

constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr const char* kCrd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com";
constexpr const char* kWidgets = "/apis/example.com/v1/namespaces/default/widgets";
constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";

constexpr const char* kDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    selectableFields: [{jsonPath: .spec.mode}]
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Mode, type: string, jsonPath: .spec.mode, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    - {name: Writer, type: string, jsonPath: ".metadata.managedFields[0].operation"}
    schema:
      openAPIV3Schema: &schema
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1, maximum: 5}
              mode: {type: string, enum: [a, b], default: a}
              replicas: {type: integer}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              items:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [k]
                items: {type: object, required: [k], properties: {k: {type: string}, v: {type: string}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
  - {name: v1beta1, served: true, storage: false, deprecated: true, schema: {openAPIV3Schema: *schema}}
)";

std::string widget(const std::string& name, const std::string& spec = R"({"size":2})", const std::string& more = "") {
  return R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":")" + name + "\"" + more + R"(},"spec":)" + spec +
         "}";
}

class CustomResources : public testing::Test {
 protected:
  void SetUp() override {
    const TestAnswer made = api.send("POST", kCrds, kDefinition, "application/yaml");
    ASSERT_EQ(made.status(), 201) << made.message();
  }
  TestAnswer apply(const std::string& name, const std::string& spec, const std::string& manager) {
    return api.send(
        "PATCH", std::string(kWidgets) + "/" + name + "?fieldManager=" + manager,
        R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":")" + name + R"("},"spec":)" + spec + "}",
        "application/apply-patch+yaml");
  }
  std::string condition(const std::string& type) {
    const TestAnswer crd = api.get(kCrd);
    const doc::Value* conditions = find_path(crd.body, "status.conditions");
    for (const doc::Value& one : conditions ? *conditions->as_array() : doc::Array()) {
      if (text_at(one, "type") == type) return text_at(one, "status");
    }
    return "";
  }

  TestApi api;
};

TEST_F(CustomResources, AreServedAtOnce) {
  // kubectl asks right after it has created a definition; Helm waits for Established.
  EXPECT_EQ(condition("Established"), "True");
  EXPECT_EQ(condition("NamesAccepted"), "True");
  EXPECT_EQ(api.get(kCrd).text("status.acceptedNames.listKind"), "WidgetList");
  EXPECT_EQ(api.get(kWidgets).text("kind"), "WidgetList");
  EXPECT_THAT(api.get("/apis/example.com/v1").response.body, HasSubstr("\"widgets/scale\""));
  EXPECT_THAT(api.get("/apis").response.body, HasSubstr("\"example.com\""));
}

TEST_F(CustomResources, AreThereAgainAfterARestart) {
  // A server that starts reads the definitions that its store holds.
  const World idle{[] { return int64_t{0}; }, [] { return ""; }, [] { return ""; }, [](const std::function<void()>&) {}};
  Handlers again(api::builtin_kinds(), api.store(), idle);
  httpd::Request request;
  request.method = "GET";
  request.path = kWidgets;
  uint16_t status = 0;
  again.answer(request, {}, [&](const httpd::Response& response) { status = response.status; });
  EXPECT_EQ(status, 200);
}

TEST_F(CustomResources, AreDefaultedCountedAndShownWithTheirKind) {
  // Unlike items of built-in kinds, those of a list say what they are.
  const TestAnswer made = api.send("POST", kWidgets, widget("w1"));
  ASSERT_EQ(made.status(), 201) << made.message();
  EXPECT_EQ(made.text("spec.mode"), "a");
  EXPECT_EQ(made.number("metadata.generation"), 1);
  EXPECT_EQ(api.merge(std::string(kWidgets) + "/w1", R"({"spec":{"size":3}})").number("metadata.generation"), 2);
  const TestAnswer list = api.get(kWidgets);
  EXPECT_EQ(text_at(list.body.find("items")->as_array()->front(), "kind"), "Widget");
}

TEST_F(CustomResources, AreValidatedWithAllCausesAtOnce) {
  // 422 with the words and reasons that clients know.
  const TestAnswer wrong = api.send("POST", kWidgets, widget("w", R"({"size":"2","mode":"c","items":[{"k":"a"},{"k":"a"}]})"));
  EXPECT_EQ(wrong.status(), 422);
  EXPECT_EQ(
      wrong.message(),
      "Widget.example.com \"w\" is invalid: [spec.size: Invalid value: \"string\": spec.size in body must be of type integer: "
      "\"string\", spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\", spec.items[1]: Duplicate value: "
      "{\"k\":\"a\"}]");
  const doc::Array& causes = *find_path(wrong.body, "details.causes")->as_array();
  EXPECT_EQ(text_at(causes.at(0), "reason"), "FieldValueTypeInvalid");
  EXPECT_EQ(text_at(causes.at(1), "reason"), "FieldValueNotSupported");
  EXPECT_EQ(text_at(causes.at(2), "reason"), "FieldValueDuplicate");
}

TEST_F(CustomResources, LoseUnknownFieldsOrAreRefusedForThem) {
  // By what the client asked for with fieldValidation.
  const std::string body = widget("w", R"({"size":1,"bogus":1,"free":{"x":[{"y":null}]}})");
  const TestAnswer strict = api.send("POST", std::string(kWidgets) + "?fieldValidation=Strict", body);
  EXPECT_EQ(strict.status(), 400);
  EXPECT_THAT(strict.message(), HasSubstr("strict decoding error: unknown field \"spec.bogus\""));
  const TestAnswer made = api.send("POST", kWidgets, body);
  EXPECT_EQ(made.status(), 201) << made.message();
  EXPECT_FALSE(find_path(made.body, "spec.bogus"));
  EXPECT_TRUE(find_path(made.body, "spec.free.x"));
}

TEST_F(CustomResources, AreAppliedByTheirSchema) {
  // Two managers, each with its entry of a list map.
  ASSERT_EQ(apply("w", R"({"size":2,"items":[{"k":"a"}]})", "one").status(), 201);
  const TestAnswer second = apply("w", R"({"items":[{"k":"b"}],"size":2})", "two");
  ASSERT_EQ(second.status(), 200) << second.message();
  EXPECT_EQ(size_at(second.body, "spec.items"), 2);
  EXPECT_EQ(apply("w", R"({"size":3})", "one").status(), 409);
  EXPECT_EQ(size_at(second.body, "metadata.managedFields"), 2);
}

TEST_F(CustomResources, HaveOneFormInAllVersions) {
  // Strategy None: apiVersion is all that differs; a deprecated version warns.
  std::string body = widget("w");
  body.replace(body.find("example.com/v1"), 14, "example.com/v1beta1");
  ASSERT_EQ(api.send("POST", "/apis/example.com/v1beta1/namespaces/default/widgets", body).status(), 201);
  const TestAnswer old = api.get("/apis/example.com/v1beta1/namespaces/default/widgets/w");
  EXPECT_EQ(old.text("apiVersion"), "example.com/v1beta1");
  ASSERT_TRUE(old.header("Warning"));
  EXPECT_THAT(*old.header("Warning"), HasSubstr("example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget"));
  EXPECT_EQ(api.get(std::string(kWidgets) + "/w").text("apiVersion"), "example.com/v1");
  const TestAnswer patched = api.merge("/apis/example.com/v1beta1/namespaces/default/widgets/w", R"({"spec":{"size":4}})");
  EXPECT_EQ(patched.text("apiVersion"), "example.com/v1beta1");
  EXPECT_EQ(api.get(std::string(kWidgets) + "/w").number("spec.size"), 4);
}

TEST_F(CustomResources, NeedTheRevisionToBeReplacedAndKnowNoStrategicPatch) {
  // Where built-in kinds are more lenient.
  api.send("POST", kWidgets, widget("w"));
  const TestAnswer replaced = api.send("PUT", std::string(kWidgets) + "/w", widget("w"));
  EXPECT_EQ(replaced.status(), 422);
  EXPECT_THAT(replaced.message(), HasSubstr("metadata.resourceVersion: Invalid value: 0: must be specified for an update"));
  const TestAnswer patched = api.send("PATCH", std::string(kWidgets) + "/w", "{}", "application/strategic-merge-patch+json");
  EXPECT_EQ(patched.status(), 415);
}

TEST_F(CustomResources, KeepStatusAndSpecApart) {
  // With the status subresource each endpoint writes its part.
  api.send("POST", kWidgets,
           R"({"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1},"status":{"phase":"x"}})");
  EXPECT_FALSE(api.get(std::string(kWidgets) + "/w").body.find("status"));
  const TestAnswer status = api.merge(std::string(kWidgets) + "/w/status", R"({"status":{"phase":"y"},"spec":{"size":5}})");
  EXPECT_EQ(status.text("status.phase"), "y");
  EXPECT_EQ(status.number("spec.size"), 1);
  EXPECT_EQ(status.number("metadata.generation"), 1);
}

TEST_F(CustomResources, AreScaledAlongTheirPaths) {
  // kubectl scale, and autoscalers.
  api.send("POST", kWidgets, widget("none"));
  const TestAnswer none = api.get(std::string(kWidgets) + "/none/scale");
  EXPECT_EQ(none.status(), 500);
  EXPECT_THAT(none.message(), HasSubstr("the spec replicas field \".spec.replicas\" does not exist"));
  api.send("POST", kWidgets, widget("w", R"({"size":1,"replicas":2})"));
  EXPECT_EQ(api.get(std::string(kWidgets) + "/w/scale").number("spec.replicas"), 2);
  const TestAnswer scaled = api.merge(std::string(kWidgets) + "/w/scale", R"({"spec":{"replicas":5}})");
  EXPECT_EQ(scaled.text("kind"), "Scale");
  EXPECT_EQ(api.get(std::string(kWidgets) + "/w").number("spec.replicas"), 5);
}

TEST_F(CustomResources, ArePrintedByTheirColumns) {
  // The name first, then the definition's columns; dates as ages, and what the store keeps packed as it is shown.
  api.send("POST", kWidgets, widget("w"));
  api.now += 90;
  const TestAnswer table = api.send("GET", kWidgets, "", "", kTable);
  EXPECT_EQ(doc::to_json(*table.body.find("rows")->as_array()->front().find("cells")), R"(["w",2,"a","90s","Update"])");
  EXPECT_EQ(text_at(table.body.find("columnDefinitions")->as_array()->at(2), "name"), "Mode");
  EXPECT_EQ(number_at(table.body.find("columnDefinitions")->as_array()->at(2), "priority"), 1);
}

TEST_F(CustomResources, AreSelectedByDeclaredFields) {
  // Only those that the definition names.
  api.send("POST", kWidgets, widget("a"));
  api.send("POST", kWidgets, widget("b", R"({"size":1,"mode":"b"})"));
  EXPECT_EQ(api.names(std::string(kWidgets) + "?fieldSelector=spec.mode%3Db"), "b");
  EXPECT_EQ(api.get(std::string(kWidgets) + "?fieldSelector=spec.size%3D1").status(), 400);
}

TEST_F(CustomResources, GoBeforeTheirDefinition) {
  // No object may be left that nothing serves.
  api.send("POST", kWidgets, widget("w"));
  EXPECT_EQ(api.send("DELETE", kCrd).status(), 200);
  EXPECT_EQ(api.get(kCrd).status(), 404);
  EXPECT_EQ(api.get(kWidgets).status(), 404);
  EXPECT_FALSE(api.store().get({"example.com", "Widget", "default", "w"}));
}

TEST_F(CustomResources, WithFinalizersHoldTheirDefinition) {
  // Who set the finalizer still has work to do with the object, through the API.
  api.send("POST", kWidgets, widget("w", R"({"size":1})", R"(,"finalizers":["example.com/hold"])"));
  EXPECT_EQ(api.send("DELETE", kCrd).status(), 200);
  EXPECT_EQ(condition("Terminating"), "True");
  EXPECT_FALSE(api.get(std::string(kWidgets) + "/w").text("metadata.deletionTimestamp").empty());
  EXPECT_EQ(api.send("POST", kWidgets, widget("late")).status(), 405);
  EXPECT_EQ(api.merge(std::string(kWidgets) + "/w", R"({"metadata":{"finalizers":null}})").status(), 200);
  EXPECT_EQ(api.get(kCrd).status(), 404);
}

TEST_F(CustomResources, FollowAChangedDefinition) {
  // A new field is there with the next request, and what exists stays.
  api.send("POST", kWidgets, widget("w"));
  std::string next = kDefinition;
  next.replace(next.find("maximum: 5"), 10, "maximum: 9");
  const TestAnswer crd =
      api.send("PATCH", std::string(kCrd) + "?fieldManager=m&force=true", next, "application/apply-patch+yaml");
  ASSERT_EQ(crd.status(), 200) << crd.message();
  EXPECT_EQ(api.send("POST", kWidgets, widget("big", R"({"size":9})")).status(), 201);
  EXPECT_EQ(api.names(kWidgets), "big,w");
}

TEST_F(CustomResources, KeepWhatTheirObjectsRestOn) {
  // Neither what names them nor a version that may be on disk can go while they are there.
  const auto merged = [&](const std::string& patch) { return api.merge(kCrd, patch).message(); };
  EXPECT_THAT(merged(R"({"spec":{"scope":"Cluster"}})"), HasSubstr("spec.scope: Invalid value: \"Cluster\": field is immutable"));
  std::string next = kDefinition;
  next.replace(next.find("name: v1\n"), 9, "name: v2\n");
  const TestAnswer renamed =
      api.send("PATCH", std::string(kCrd) + "?fieldManager=m&force=true", next, "application/apply-patch+yaml");
  EXPECT_EQ(renamed.status(), 422);
  EXPECT_THAT(renamed.message(), HasSubstr("status.storedVersions[0]: Invalid value: \"v1\": missing from spec.versions"));
}

TEST_F(CustomResources, GoBackToAnOlderDefinitionOnceItsStatusForgetsTheNewerOne) {
  // Who tried a new version of somebody's kind has to get rid of it again, with the objects that were written meanwhile.
  const auto define = [&](const std::string& definition) {
    return api.send("PATCH", std::string(kCrd) + "?fieldManager=m&force=true", definition, "application/apply-patch+yaml");
  };
  std::string newer = kDefinition;
  newer.replace(newer.find("storage: true"), 13, "storage: false");
  ASSERT_EQ(define(newer + "  - {name: v2, served: true, storage: true, schema: {openAPIV3Schema: *schema}}\n").status(), 200);
  std::string written = widget("w2");
  written.replace(written.find("/v1"), 3, "/v2");
  ASSERT_EQ(api.send("POST", "/apis/example.com/v2/namespaces/default/widgets", written).status(), 201);

  const TestAnswer refused = define(kDefinition);
  EXPECT_EQ(refused.status(), 422);
  EXPECT_THAT(refused.message(), HasSubstr("kubectl patch crd widgets.example.com --subresource=status --type=merge -p "
                                           R"('{"status":{"storedVersions":["v1"]}}')"));
  EXPECT_EQ(api.merge(std::string(kCrd) + "/status", R"({"status":{"storedVersions":["v1"]}})").status(), 200);
  EXPECT_EQ(define(kDefinition).status(), 200);
  EXPECT_EQ(api.get(std::string(kWidgets) + "/w2").text("apiVersion"), "example.com/v1");
}

TEST_F(CustomResources, OutliveTheVersionThatTheyWereWrittenIn) {
  // A definition that ends to serve a version still has its objects, in the others.
  api.send("POST", kWidgets, widget("w"));
  std::string next = kDefinition;
  next.replace(next.find("served: true"), 12, "served: false");
  ASSERT_EQ(api.send("PATCH", std::string(kCrd) + "?fieldManager=m&force=true", next, "application/apply-patch+yaml").status(),
            200);
  EXPECT_EQ(api.get(kWidgets).status(), 404);
  const std::string path = "/apis/example.com/v1beta1/namespaces/default/widgets/w";
  EXPECT_EQ(api.get(path).text("apiVersion"), "example.com/v1beta1");
  const TestAnswer patched = api.merge(path, R"({"spec":{"size":4}})");
  EXPECT_EQ(patched.status(), 200) << patched.message();
  EXPECT_EQ(patched.number("spec.size"), 4);
}

TEST(CustomDefinition, OfARefusedSchemaIsNotStored) {
  // With Kubernetes' path and reason.
  TestApi api;
  const TestAnswer refused =
      api.send("POST", kCrds,
               R"({"metadata":{"name":"as.b.c"},"spec":{"group":"b.c","scope":"Cluster","names":{"plural":"as",)"
               R"("kind":"A"},"versions":[{"name":"v1","served":true,"storage":true}]}})");
  EXPECT_EQ(refused.status(), 422);
  EXPECT_EQ(refused.message(),
            "CustomResourceDefinition.apiextensions.k8s.io \"as.b.c\" is invalid: spec.versions[0].schema.openAPIV3Schema: "
            "Required value");
}

}  // namespace
}  // namespace graylane::apiserver
