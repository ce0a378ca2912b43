#include "cli/kind_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/manifest.h"
#include "cli/object_rows.h"

namespace graylane::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr const char* kDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    - {name: Note, type: string, jsonPath: .spec.note, priority: 1}
)";
constexpr const char* kWidget = R"(
apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: a}
spec: {size: 3, note: big}
)";

std::vector<api::ObjectPtr> objects_of(std::initializer_list<const char*> texts) {
  std::vector<api::ObjectPtr> objects;
  for (const char* text : texts) {
    for (api::Object& object : api::read_manifest(text, std::make_shared<const std::string>("m.yaml")).objects)
      objects.push_back(std::make_shared<const api::Object>(std::move(object)));
  }
  return objects;
}

std::string kind_of(std::string_view word, const std::vector<api::ObjectPtr>& objects) {
  const auto name = KindName::find(word, objects);
  return name ? name->kind() : "none";
}

TEST(KindName, ADefinitionGivesItsWordsBeforeThereIsAnObject) {
  // Who has just installed an operator asks for its kinds by the words of its documentation.
  const auto objects = objects_of({kDefinition});
  ASSERT_EQ(objects.size(), 1u);
  for (const char* word : {"widgets", "widget", "Widget", "wd", "widgets.example.com"})
    EXPECT_EQ(kind_of(word, objects), "Widget");
  EXPECT_EQ(kind_of("widgets.other.com", objects), "none");
  EXPECT_EQ(kind_of("widgets", {}), "none");
  EXPECT_THAT(kind_words(objects), Contains("wd"));
}

TEST(KindName, AGroupTellsKindsOfOneNameApart) {
  // Other projects have a Service, too.
  std::string definition = kDefinition;
  definition.replace(definition.find("Widget,"), 6, "Service");
  const auto objects = objects_of({definition.c_str()});
  EXPECT_TRUE(KindName::find("service", objects)->matches({"", "Service", "a", "x"}));
  EXPECT_FALSE(KindName::find("service", objects)->matches({"example.com", "Service", "a", "x"}));
  EXPECT_TRUE(KindName::find("services.example.com", objects) == std::nullopt) << "its plural is another one";
  EXPECT_TRUE(KindName::find("service.example.com", objects)->matches({"example.com", "Service", "a", "x"}));
  EXPECT_EQ(kind_of("ingresses.networking.k8s.io", objects), "Ingress");
}

TEST(KindName, ObjectsWithoutADefinitionAreKnownByTheirKind) {
  // A directory may hold what only a cluster defines.
  const auto objects = objects_of({kWidget});
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(kind_of("widgets", objects), "Widget");
  EXPECT_EQ(KindName::find("widget", objects)->custom(), nullptr);
}

TEST(ObjectRows, OfACustomKindHaveTheColumnsOfItsDefinition) {
  // As kubectl shows them.
  const auto objects = objects_of({kDefinition, kWidget});
  const auto kind = KindName::find("widget", objects);
  ASSERT_TRUE(kind && kind->custom() != nullptr);
  const std::vector<api::ObjectPtr> widgets = {objects.back()};
  const auto rows = object_rows(widgets, {kind->custom(), false, false, 0});
  EXPECT_THAT(rows, ElementsAre(ElementsAre("NAME", "SIZE"), ElementsAre("one", "3")));
  const auto wide = object_rows(widgets, {kind->custom(), false, true, 0});
  EXPECT_THAT(wide, ElementsAre(ElementsAre("NAME", "SIZE", "NOTE", "FROM"), ElementsAre("one", "3", "big", "m.yaml:2:1")));
}

}  // namespace
}  // namespace graylane::cli
