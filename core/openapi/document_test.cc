#include "openapi/document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/schema_table.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "openapi/descriptions.h"

namespace graylane::openapi {
namespace {

using doc::Value;

std::vector<const api::Kind*> kinds_of(std::string_view api_version) {
  std::vector<const api::Kind*> kinds;
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    if (api_version.empty() || kind.gvk.api_version() == api_version) kinds.push_back(&kind);
  }
  return kinds;
}

Value parsed(const std::string& json) {
  auto read = doc::parse_json(json, nullptr);
  EXPECT_EQ(read.documents.size(), 1u) << (read.diagnostics.empty() ? "" : to_string(read.diagnostics.front()));
  return read.documents.empty() ? Value() : std::move(read.documents.front());
}

std::string at(const Value& from, std::initializer_list<const char*> path) {
  const Value* value = &from;
  for (const char* member : path) {
    value = value->find(member);
    if (!value) return std::string("no ") + member;
  }
  return doc::to_json(*value);
}

class Apps : public testing::Test {
 protected:
  const Value document_ = parsed(v3_json(kinds_of("apps/v1")));
  const Value& schemas_ = *document_.find("components")->find("schemas");
};

TEST_F(Apps, KindsAreFoundByGroupVersionAndKind) {
  // kubectl looks for this extension, not for names.
  const Value& deployment = *schemas_.find("io.k8s.api.apps.v1.Deployment");
  EXPECT_EQ(at(deployment, {"x-kubernetes-group-version-kind"}), R"([{"group":"apps","version":"v1","kind":"Deployment"}])");
  EXPECT_EQ(at(deployment, {"properties", "spec", "allOf"}),
            R"([{"$ref":"#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec"}])");
  EXPECT_EQ(at(deployment, {"required"}), "no required");
}

TEST_F(Apps, FieldsSayWhatTheyAreFor) {
  // `kubectl explain deployment.spec` is how newcomers find out what they can write.
  const Value& deployment = *schemas_.find("io.k8s.api.apps.v1.Deployment");
  const Value& spec = *schemas_.find("io.k8s.api.apps.v1.DeploymentSpec");
  EXPECT_EQ(at(deployment, {"description"}), doc::to_json(Value(description_of("Deployment"))));
  EXPECT_EQ(at(spec, {"properties", "replicas", "description"}),
            doc::to_json(Value(description_of("DeploymentSpec", "replicas"))));
  EXPECT_NE(description_of("DeploymentSpec", "replicas"), "");
}

TEST(Descriptions, NameOnlyWhatThereIs) {
  // A sentence for a field that was renamed would never be read by anybody.
  const Value all = parsed(v2_json(kinds_of("")));
  std::set<std::string> known = {"Any"};
  for (const doc::Member& definition : *all.find("definitions")->as_object()) {
    const std::string type = definition.key.substr(definition.key.rfind('.') + 1);
    known.insert(type);
    const Value* properties = definition.value.find("properties");
    if (!properties) continue;
    for (const doc::Member& property : *properties->as_object()) {
      known.insert(type + "." + property.key);
      known.insert("Any." + property.key);
    }
  }
  for (const std::string& name : described()) EXPECT_TRUE(known.contains(name)) << name;
}

/// The type that a property refers to; empty: none.
std::string type_of(const Value& property) {
  const Value* reference = property.find("$ref");
  return reference ? reference->as_string()->substr(reference->as_string()->rfind('.') + 1) : "";
}

TEST(Descriptions, AFieldDoesNotRepeatItsType) {
  // `kubectl explain` prints the sentence of the field and then that of its type.
  constexpr size_t kAlike = 20;  // bytes at the beginning
  const Value all = parsed(v2_json(kinds_of("")));
  size_t compared = 0;
  for (const doc::Member& definition : *all.find("definitions")->as_object()) {
    const Value* properties = definition.value.find("properties");
    if (!properties) continue;
    for (const doc::Member& property : *properties->as_object()) {
      const std::string_view of_type = description_of(type_of(property.value));
      const Value* text = property.value.find("description");
      if (of_type.empty() || !text) continue;
      ++compared;
      EXPECT_NE(text->as_string()->substr(0, kAlike), of_type.substr(0, kAlike)) << definition.key << " " << property.key;
    }
  }
  EXPECT_GT(compared, 50u);
}

TEST_F(Apps, SchemasSayWhatMergingNeeds) {
  // Argo CD and kubectl merge by these, for types that they were not built with.
  const Value& spec = *schemas_.find("io.k8s.api.apps.v1.DeploymentSpec");
  EXPECT_EQ(at(spec, {"required"}), R"(["selector","template"])");
  EXPECT_EQ(at(spec, {"properties", "replicas", "format"}), R"("int32")");
  EXPECT_EQ(at(spec, {"properties", "replicas", "default"}), "1");
  const Value& pod = *schemas_.find("io.k8s.api.core.v1.PodSpec");
  EXPECT_EQ(at(pod, {"properties", "containers", "x-kubernetes-list-type"}), R"("map")");
  EXPECT_EQ(at(pod, {"properties", "containers", "x-kubernetes-list-map-keys"}), R"(["name"])");
  EXPECT_EQ(at(pod, {"properties", "containers", "x-kubernetes-patch-merge-key"}), R"("name")");
  EXPECT_EQ(at(pod, {"properties", "volumes", "x-kubernetes-patch-strategy"}), R"("merge,retainKeys")");
  EXPECT_EQ(at(pod, {"properties", "nodeSelector", "x-kubernetes-map-type"}), R"("atomic")");
  const Value& rolling = *schemas_.find("io.k8s.api.apps.v1.RollingUpdateDeployment");
  EXPECT_EQ(at(rolling, {"properties", "maxSurge", "allOf"}),
            R"([{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString"}])");
}

TEST_F(Apps, PatchesSayThatTheyCanBeTriedOut) {
  // Without these parameters kubectl refuses --dry-run=server and diff before it asks the server.
  const Value* patch = document_.find("paths")->find("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")->find("patch");
  ASSERT_TRUE(patch);
  std::set<std::string> names;
  for (const Value& parameter : *patch->find("parameters")->as_array()) names.insert(*parameter.find("name")->as_string());
  EXPECT_EQ(names, (std::set<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"}));
  EXPECT_EQ(at(*patch, {"operationId"}), R"("patchAppsV1NamespacedDeployment")");
  EXPECT_EQ(at(*patch, {"x-kubernetes-group-version-kind", "kind"}), R"("Deployment")");
}

/// Every $ref below a value.
void collect(const Value& value, std::set<std::string>& references) {
  if (const doc::Array* items = value.as_array()) {
    for (const Value& item : *items) collect(item, references);
  } else if (const doc::Object* object = value.as_object()) {
    for (const doc::Member& member : *object) {
      if (member.key == "$ref" && member.value.is_string()) references.insert(*member.value.as_string());
      else collect(member.value, references);
    }
  }
}

TEST(OpenApiDocuments, EveryReferenceLeadsToADefinition) {
  // One that does not makes the whole document useless to its readers.
  const Value document = parsed(v2_json(kinds_of("")));
  std::set<std::string> references;
  collect(document, references);
  EXPECT_GT(references.size(), 100u);
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with("#/definitions/")) << reference;
    EXPECT_TRUE(document.find("definitions")->find(reference.substr(14))) << reference;
  }
}

TEST(OpenApiDocuments, OperationsHaveIdsOfTheirOwn) {
  // Generators of clients name functions by them.
  const Value document = parsed(v2_json(kinds_of("")));
  std::set<std::string> ids;
  for (const doc::Member& path : *document.find("paths")->as_object()) {
    for (const doc::Member& member : *path.value.as_object()) {
      const Value* id = member.value.find("operationId");
      EXPECT_TRUE(!id || ids.insert(*id->as_string()).second) << *id->as_string();
    }
  }
  EXPECT_GT(ids.size(), 100u);
}

TEST(OpenApiDocuments, QuestionsCanOnlyBeAsked) {
  // They are answered and gone: there is nothing to read or change.
  const Value document = parsed(v3_json(kinds_of("authorization.k8s.io/v1")));
  for (const doc::Member& path : *document.find("paths")->as_object()) {
    EXPECT_TRUE(path.value.find("post")) << path.key;
    EXPECT_FALSE(path.value.find("get")) << path.key;
  }
}

TEST(OpenApiDocuments, CustomResourcesAreNamedByTheirReversedGroup) {
  // As upstream names them; their inner types have no names.
  api::SchemaTable table;
  table.add("Widget\n  spec  WidgetSpec\nWidgetSpec\n  size  int32 ! min=1\n  mode  string enum=a|b\n");
  const api::SchemaSetPtr set = table.finish();
  api::Schema spec = *table.type("WidgetSpec"), root = *table.type("Widget");
  spec.name.clear();
  for (api::Property& property : root.properties) {
    if (property.name == "spec") property.schema = &spec;
  }
  api::Kind kind;
  kind.gvk = {"widgets.example.com", "v1", "Widget"};
  kind.plural = "widgets";
  kind.schema = &root;
  kind.custom = std::make_shared<api::CustomKind>();
  const api::Kind* const kinds[] = {&kind};
  const Value document = parsed(v3_json(kinds));
  const Value* widget = document.find("components")->find("schemas")->find("com.example.widgets.v1.Widget");
  ASSERT_TRUE(widget);
  EXPECT_EQ(at(*widget, {"properties", "spec", "properties", "mode"}), R"({"type":"string","enum":["a","b"]})");
  EXPECT_EQ(at(*widget, {"properties", "spec", "required"}), R"(["size"])");
}

}  // namespace
}  // namespace graylane::openapi
