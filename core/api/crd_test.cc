#include "api/crd.h"

#include "api/test_crds.h"

namespace graylane::api {
namespace {

/// The first problem of the definition with one text replaced. (The other version has the same schema.)
std::string problems_with(std::string_view from, std::string_view to) {
  std::string text = kWidgetCrd;
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  text.replace(at, from.size(), to);
  const std::string problems = problems_of(decode(yaml(text), nullptr));
  return problems.substr(0, problems.find('\n') + 1);
}

constexpr const char* kSchema = "spec.versions[0].schema.openAPIV3Schema";

TEST(Crd, EachServedVersionBecomesAKind) {
  // Discovery and every path of the API come from these.
  const Widgets widgets;
  const Kind* v1 = widgets.kinds.find("example.com/v1", "Widget");
  const Kind* alpha = widgets.kinds.find("example.com/v1alpha1", "Widget");
  ASSERT_TRUE(v1 && alpha);
  EXPECT_EQ(v1->plural, "widgets");
  EXPECT_EQ(v1->singular, "widget");
  EXPECT_EQ(v1->custom->list_kind, "WidgetList");
  EXPECT_TRUE(v1->has_status && v1->has_scale && v1->has_generation && v1->namespaced && v1->is_storage);
  EXPECT_FALSE(alpha->has_status || alpha->has_scale || alpha->is_storage);
  EXPECT_EQ(&widgets.kinds.storage_of(*alpha), v1);
  EXPECT_EQ(alpha->deprecation, "example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget");
  EXPECT_EQ(v1->custom->columns.size(), 3U);
  EXPECT_EQ(alpha->custom->columns.at(0).name, "Age");
  EXPECT_EQ(v1->custom->selectable_fields, std::vector<std::string>{"spec.mode"});
}

TEST(Crd, KindsThatAreExpectedToDoSomethingAreSaidToBeOnlyStored) {
  // Who applies a Rollout waits for Pods; nobody waits for anything after a Widget.
  EXPECT_TRUE(Widgets().kinds.find("example.com/v1", "Widget")->is_acted_on);
  std::string rollouts = kWidgetCrd;
  for (size_t at = 0; (at = rollouts.find("example.com", at)) != rollouts.npos;) rollouts.replace(at, 11, "argoproj.io");
  Decoded decoded = decode(yaml(rollouts), nullptr);
  ASSERT_TRUE(decoded.object) << problems_of(decoded);
  EXPECT_FALSE(kinds_with(*decoded.object).find("argoproj.io/v1", "Widget")->is_acted_on);
}

TEST(Crd, EqualSchemasAreKeptOnce) {
  // Istio's definitions repeat each schema in three versions; memory should not.
  const Widgets widgets;
  const Schema& v1 = *widgets.kinds.find("example.com/v1", "Widget")->schema;
  const Schema& alpha = *widgets.kinds.find("example.com/v1alpha1", "Widget")->schema;
  EXPECT_EQ(v1.find("spec")->schema, alpha.find("spec")->schema);
}

TEST(Crd, SchemasSayHowToMerge) {
  // Server-side apply reads list and map types from them.
  const Widgets widgets;
  const Schema& spec = *widgets.kinds.find("example.com/v1", "Widget")->schema->find("spec")->schema;
  const auto at = [&](const char* name) -> const Schema& { return *spec.find(name)->schema; };
  EXPECT_EQ(at("parts").list_type, Schema::ListType::kMap);
  EXPECT_EQ(at("parts").list_keys, std::vector<std::string>{"k"});
  EXPECT_EQ(at("tags").list_type, Schema::ListType::kSet);
  EXPECT_EQ(at("where").map_type, Schema::MapType::kAtomic);
  EXPECT_EQ(at("open").type, Schema::Type::kObject);
  EXPECT_TRUE(at("open").preserve_unknown);
}

TEST(Crd, TheNameMustFollowFromPluralAndGroup) {
  // Two definitions of one resource would otherwise be possible.
  EXPECT_EQ(problems_with("widgets.example.com", "wrong.example.com"),
            "metadata.name: Invalid value: \"wrong.example.com\": must be spec.names.plural+\".\"+spec.group\n");
}

TEST(Crd, ExactlyOneVersionIsStored) {
  // Objects need one form on disk.
  EXPECT_EQ(problems_with("storage: true", "storage: false"),
            "spec.versions: Invalid value: []: must have exactly one version marked as storage version\n");
}

TEST(Crd, AColumnThatCannotBeReadIsLeftAway) {
  // Published definitions have them, and a cluster takes them.
  EXPECT_EQ(problems_with("jsonPath: .spec.size", "jsonPath: .status..size"), "");
  EXPECT_NE(problems_with("jsonPath: .spec.size", "jsonPath: spec.size"), "");
}

TEST(Crd, SchemasAreRequired) {
  // Without one everything would be pruned.
  EXPECT_EQ(problems_of(decode(yaml("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: "
                                    "as.b.c}, spec: {group: b.c, scope: Cluster, names: {plural: as, kind: A}, versions: "
                                    "[{name: v1, served: true, storage: true}]}}"),
                               nullptr)),
            "spec.versions[0].schema.openAPIV3Schema: Required value\n");
}

TEST(Crd, SchemasMustBeStructural) {
  // Pruning, defaulting and merging need to know every field.
  const std::string name = std::string(kSchema) + ".properties[spec].properties[name]";
  EXPECT_EQ(problems_with("name: {type: string, pattern: '^[a-z]+$'", "name: {pattern: '^[a-z]+$'"),
            name + ".type: Required value: must not be empty for specified object fields\n");
  EXPECT_EQ(problems_with("pattern: '^[a-z]+$'", "anyOf: [{type: string}]"),
            name + ".anyOf[0].type: Forbidden: must be empty to be structural\n");
  EXPECT_EQ(problems_with("tags: {type: array, items: {type: string}, x-kubernetes-list-type: set}", "tags: {type: array}"),
            std::string(kSchema) + ".properties[spec].properties[tags].items: Required value: must be specified\n");
  EXPECT_EQ(problems_with("type: object\n        required: [spec]", "type: array\n        items: {type: string}"),
            std::string(kSchema) + ".type: Invalid value: \"array\": must be object at the root\n");
  EXPECT_EQ(problems_with("x-kubernetes-list-map-keys: [k]", "x-kubernetes-list-map-keys: [none]"),
            std::string(kSchema) +
                ".properties[spec].properties[parts].x-kubernetes-list-map-keys: Invalid value: [\"none\"]: "
                "entries must all be names of item properties\n");
}

TEST(Crd, PatternsMustCompileAndDefaultsBeValid) {
  // Both would fail later, for users who cannot mend them.
  EXPECT_TRUE(problems_with("^[a-z]+$", "(")
                  .starts_with(std::string(kSchema) + ".properties[spec].properties[name].pattern: Invalid value: \"(\": must be "
                                                      "a valid regular expression, but isn't: "));
  EXPECT_EQ(problems_with("default: a}", "default: c}"),
            std::string(kSchema) +
                ".properties[spec].properties[mode].default: Unsupported value: \"c\": supported values: \"a\", \"b\"\n");
}

TEST(Crd, EstablishingTellsNamesVersionsAndLimits) {
  // kubectl and Helm wait for Established; who relies on CEL must see that it is not run.
  Object crd = Widgets().crd;
  establish_crd(crd.content, builtin_kinds(), "2026-01-01T00:00:00Z");
  EXPECT_TRUE(has_condition(crd.content, "NamesAccepted"));
  EXPECT_TRUE(has_condition(crd.content, "Established"));
  EXPECT_TRUE(has_condition(crd.content, "ValidationRulesNotRun"));
  EXPECT_FALSE(has_condition(crd.content, "ConversionNotRun"));
  EXPECT_EQ(doc::to_json(*crd.find("status")->find("storedVersions")), R"(["v1"])");
  const doc::Value before = crd.content;
  establish_crd(crd.content, kinds_with(crd), "2026-01-02T00:00:00Z");
  EXPECT_EQ(crd.content, before) << "nothing changes by saying it again";
}

TEST(Crd, NamesThatAreTakenAreNotAccepted) {
  // The first one keeps serving.
  const Widgets widgets;
  Object second = widgets.crd;
  second.content.as_object()->find("metadata")->as_object()->set("name", doc::Value("gadgets.example.com"));
  establish_crd(second.content, widgets.kinds, "2026-01-01T00:00:00Z");
  EXPECT_FALSE(has_condition(second.content, "NamesAccepted"));
  EXPECT_FALSE(has_condition(second.content, "Established"));
}

}  // namespace
}  // namespace graylane::api
