#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "api/crd.h"
#include "api/manifest.h"
#include "sources/test_directory_source.h"

namespace graylane::sources {
namespace {

using api::ObjectKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ObjectKey kWidgets{"apiextensions.k8s.io", "CustomResourceDefinition", "", "widgets.example.com"};
const ObjectKey kWidget{"example.com", "Widget", "default", "w"};

/// `more`: a further property of the spec.
std::string widgets(const std::string& more = "") {
  return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec:\n"
         "  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, singular: widget, kind: Widget}\n"
         "  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n"
         "        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n"
         "              size: {type: integer, maximum: 9}\n              " +
         more +
         "\n              limits:\n                type: object\n                default: {cpu: 1, memory: {of: 2}}\n"
         "                properties:\n                  cpu: {type: integer}\n"
         "                  memory: {type: object, properties: {of: {type: integer}}}\n"
         "status: {acceptedNames: {kind: '', plural: ''}, conditions: [], storedVersions: []}\n";
}

std::string widget(const std::string& size, const std::string& more = "") {
  return "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  size: " + size + "\n" + more;
}

class DirectoryKinds : public DirectorySourceTest {
 public:
  Synced sync() {
    Synced synced = DirectorySourceTest::sync();
    if (auto definition = store.get(kWidgets)) serve({*definition});
    return synced;
  }
  void serve(const std::vector<api::ObjectPtr>& definitions) {
    kubectl.kinds = sources::serve(definitions, builtin_kinds_only()).strict;
  }
  std::string spec() { return field(object(kWidget), {"spec"}); }
  /// The definition by kubectl, as the API would have it.
  void define() {
    api::Manifest read = api::read_manifest(widgets(), nullptr);
    kubectl.create(read.objects.at(0).gvk, kWidgets, doc::to_json(read.objects.at(0).content));
  }
  /// What the API does with a definition that is being deleted.
  void end_definition() {
    const bool had_widget = has(kWidget);
    ASSERT_NE(field(object(kWidgets), {"metadata", "deletionTimestamp"}), "");
    ASSERT_EQ(store.remove(kWidget).has_value(), had_widget);
    ASSERT_TRUE(store.remove(kWidgets));
  }
};

TEST_F(DirectoryKinds, ACustomResourceIsAnObjectLikeAnyOther) {
  // A directory holds what a release needs: the definition is in it too, and not always in the first file.
  dir.write("a.yaml", widget("3", "  unknown: 1\n"));
  dir.write("z.yaml", widgets());
  const Synced first = sync();
  EXPECT_TRUE(first.in_force);
  EXPECT_THAT(ids(first), ElementsAre("unknown-field")) << "pruned, as the API prunes it";
  EXPECT_EQ(spec(), R"({"size":3,"limits":{"cpu":1,"memory":{"of":2}}})");
  EXPECT_THAT(field(object(kWidget), {"metadata", "managedFields"}), HasSubstr("graylane-files"));
  EXPECT_THAT(field(object(kWidget), {"metadata", "managedFields"}), testing::Not(HasSubstr("limits")))
      << "defaults are nobody's";
  EXPECT_TRUE(api::has_condition(object(kWidgets).content, "Established")) << "whatever status the file states";
  const uint64_t revision = store.revision();
  sync();
  restart();
  sync();
  EXPECT_EQ(store.revision(), revision) << "nothing changed";
}

TEST_F(DirectoryKinds, ADefinitionAndItsObjectsMayComeInOneEdit) {
  // People add a product's manifests to a directory that is served already.
  dir.write("m.yaml", config_map("m"));
  sync();
  dir.write("all.yaml", widget("3") + "---\n" + widgets());
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_EQ(field(object(kWidget), {"spec", "size"}), "3");
}

TEST_F(DirectoryKinds, AWrongCustomResourceRefusesTheEditWithItsPlace) {
  // The API would refuse it; half of an edit must not be in force.
  dir.write("a.yaml", widget("10"));
  dir.write("z.yaml", widgets());
  const Synced refused = sync();
  EXPECT_FALSE(refused.in_force);
  ASSERT_TRUE(has_errors(refused.diagnostics));
  EXPECT_EQ(refused.diagnostics[0].where.to_string(), dir / "a.yaml" + ":5:9");
  EXPECT_THAT(visible(store), IsEmpty());
  dir.write("a.yaml", widget("9"));
  EXPECT_TRUE(sync().in_force);
}

TEST_F(DirectoryKinds, ACustomResourceWaitsForItsDefinition) {
  // kubectl apply of the definition may come later, or from another team.
  dir.write("a.yaml", widget("3"));
  dir.write("m.yaml", config_map("m"));
  const Synced waits = sync();
  EXPECT_TRUE(waits.in_force) << "the rest is served";
  ASSERT_THAT(ids(waits), ElementsAre("unknown-kind"));
  EXPECT_EQ(waits.diagnostics[0].severity, Severity::kWarning);
  EXPECT_EQ(waits.diagnostics[0].where.to_string(), dir / "a.yaml" + ":2:7");
  EXPECT_THAT(waits.diagnostics[0].message, HasSubstr("is not in force"));
  EXPECT_EQ(visible(store).size(), 1u);
  define();
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_EQ(field(object(kWidget), {"spec", "size"}), "3");
}

TEST_F(DirectoryKinds, AChangeByKubectlHoldsUntilTheDocumentChanges) {
  // The rule of a directory is one, whoever defined the kind.
  dir.write("a.yaml", widget("3"));
  dir.write("z.yaml", widgets());
  sync();
  kubectl.merge(kWidget, R"({"spec":{"size":5,"limits":{"cpu":4}}})");
  const Synced left = sync();
  ASSERT_THAT(ids(left), ElementsAre("overridden"));
  EXPECT_THAT(left.diagnostics[0].message, HasSubstr("spec.size was changed by kubectl"));
  EXPECT_EQ(field(object(kWidget), {"spec", "size"}), "5");
  dir.write("a.yaml", widget("4"));
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended"));
  EXPECT_EQ(spec(), R"({"size":4,"limits":{"cpu":4,"memory":{"of":2}}})") << "what no document says stays";
}

TEST_F(DirectoryKinds, WhatGoesWithItsDefinitionComesBackWithIt) {
  // git checkout takes files away for a moment; nobody deleted these objects.
  dir.write("a.yaml", widget("3"));
  dir.write("z.yaml", widgets());
  sync();
  dir.remove("z.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("unknown-kind"));
  EXPECT_FALSE(has(kWidget));
  dir.write("z.yaml", widgets());
  EXPECT_THAT(ids(sync()), ElementsAre("unknown-kind", "being-deleted")) << "it is on its way out still";
  end_definition();
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_EQ(field(object(kWidget), {"spec", "size"}), "3");
}

TEST_F(DirectoryKinds, ADefinitionThatIsMadeAnewBringsItsObjects) {
  // kubectl replace --force: the next look at the directory may come when all is over.
  dir.write("a.yaml", widget("3"));
  define();
  sync();
  ASSERT_TRUE(has(kWidget));
  kubectl.remove(kWidgets);
  end_definition();
  define();
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_TRUE(has(kWidget));
}

TEST_F(DirectoryKinds, ACustomResourceThatKubectlDeletedStaysDeleted) {
  // Only what went with its kind comes back.
  dir.write("a.yaml", widget("3"));
  dir.write("z.yaml", widgets());
  sync();
  kubectl.remove(kWidget);
  EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
  restart();
  EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
  EXPECT_FALSE(has(kWidget));
}

TEST_F(DirectoryKinds, WhatKubectlDeletedDoesNotComeBackWithItsKind) {
  // The definition's file goes and returns, as at every checkout of another branch.
  const auto goes_and_returns = [this] {
    dir.remove("z.yaml");
    EXPECT_THAT(ids(sync()), ElementsAre("unknown-kind"));
    end_definition();
    dir.write("z.yaml", widgets());
    EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
    EXPECT_FALSE(has(kWidget));
  };
  dir.write("a.yaml", widget("3"));
  dir.write("z.yaml", widgets());
  sync();
  kubectl.remove(kWidget);
  goes_and_returns();  // before anybody looked
  dir.write("a.yaml", widget("4"));
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended"));
  kubectl.remove(kWidget);
  EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
  goes_and_returns();
  restart();
  goes_and_returns();
  dir.write("a.yaml", widget("5"));
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended"));
  EXPECT_TRUE(has(kWidget));
}

TEST_F(DirectoryKinds, WhatKubectlDeletedBeforeItsDefinitionStaysDeleted) {
  // kubectl delete of an object, and later of its kind, and the kind again: the object was deleted for itself.
  dir.write("a.yaml", widget("3"));
  define();
  sync();
  kubectl.remove(kWidget);
  ASSERT_TRUE(source().look_at(store, kWidget)->has_value());
  kubectl.remove(kWidgets);
  EXPECT_THAT(ids(sync()), ElementsAre("unknown-kind"));
  end_definition();
  define();
  EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
  EXPECT_FALSE(has(kWidget));
}

TEST_F(DirectoryKinds, ADefinitionStaysWhileOthersHaveObjectsOfItsKind) {
  // An editor empties a file for a moment; what kubectl made of that kind would be gone for good.
  const ObjectKey theirs{"example.com", "Widget", "default", "theirs"};
  dir.write("a.yaml", widget("3"));
  dir.write("z.yaml", widgets());
  sync();
  kubectl.create({"example.com", "v1", "Widget"}, theirs, R"({"metadata":{"name":"theirs"},"spec":{"size":1}})");
  dir.write("z.yaml", "");
  for (int i = 0; i < 2; ++i, restart()) {
    const Synced kept = sync();
    ASSERT_THAT(ids(kept), ElementsAre("file-empty", "definition-kept"));
    EXPECT_EQ(kept.diagnostics[1].message,
              "CustomResourceDefinition widgets.example.com is kept though its document is gone: Widget default/theirs is of its "
              "kind, and not of this directory");
    EXPECT_EQ(kept.diagnostics[1].fix,
              "to delete all of it: kubectl delete crd widgets.example.com; else it goes with the last of them");
    EXPECT_EQ(field(object(kWidgets), {"metadata", "deletionTimestamp"}), "");
    EXPECT_TRUE(has(theirs));
    EXPECT_TRUE(has(kWidget));
  }
  dir.write("z.yaml", widgets());
  EXPECT_THAT(ids(sync()), IsEmpty()) << "it is the directory's as before";
  dir.remove("z.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("definition-kept"));
  kubectl.remove(theirs);
  EXPECT_THAT(ids(sync()), ElementsAre("unknown-kind")) << "it goes with the last of them";
  end_definition();
  EXPECT_FALSE(has(kWidgets));
}

TEST_F(DirectoryKinds, AKeptDefinitionCanBeDeletedByHand) {
  // Who is told the command must not find the definition back, nor hear of it again.
  dir.write("z.yaml", widgets());
  sync();
  kubectl.create({"example.com", "v1", "Widget"}, kWidget, R"({"metadata":{"name":"w"}})");
  dir.remove("z.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("definition-kept"));
  kubectl.remove(kWidgets);
  EXPECT_THAT(ids(sync()), IsEmpty());
  end_definition();
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_FALSE(has(kWidgets));
}

TEST_F(DirectoryKinds, ANewFieldOfTheKindTakesEffect) {
  // What was pruned as unknown is in the document all the time.
  dir.write("a.yaml", widget("3", "  colour: red\n"));
  dir.write("z.yaml", widgets());
  EXPECT_THAT(ids(sync()), ElementsAre("unknown-field"));
  dir.write("z.yaml", widgets("colour: {type: string}"));
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_EQ(field(object(kWidget), {"spec", "colour"}), R"("red")");
}

TEST_F(DirectoryKinds, AKindWhoseNamesAreTakenIsNotServed) {
  // Two products that define the same kind: the API serves the first, and so does the directory.
  std::string other = widgets();
  for (size_t at = 0; (at = other.find("widgets", at)) != other.npos; at += 7) other.replace(at, 7, "gadgets");
  dir.write("a.yaml", other);
  dir.write("b.yaml", widgets());
  EXPECT_TRUE(sync().in_force);
  EXPECT_FALSE(api::has_condition(object(kWidgets).content, "Established"));
}

TEST_F(DirectoryKinds, AScanKnowsTheKindsOfTheDirectory) {
  // Commands that read files alone judge custom resources too.
  dir.write("a.yaml", widget("10"));
  dir.write("z.yaml", widgets());
  auto scan = DirectorySource(dir.path()).scan();
  ASSERT_TRUE(scan && !scan->diagnostics.empty());
  EXPECT_EQ(scan->diagnostics[0].where.to_string(), dir / "a.yaml" + ":5:9");
  dir.write("a.yaml", widget("9"));
  scan = DirectorySource(dir.path()).scan();
  EXPECT_THAT(scan->diagnostics, IsEmpty());
  EXPECT_EQ(scan->objects.at(0)->key, kWidget);
}

}  // namespace
}  // namespace graylane::sources
