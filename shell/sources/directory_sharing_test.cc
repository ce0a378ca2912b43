#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "sources/test_directory_source.h"
#include "store/durable_store.h"

namespace graylane::sources {
namespace {

using api::ObjectKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

const ObjectKey kWeb{"apps", "Deployment", "default", "web"};
const ObjectKey kMap{"", "ConfigMap", "default", "m"};
const api::GroupVersionKind kMapKind{"", "v1", "ConfigMap"};

using DirectorySharing = DirectorySourceTest;

TEST_F(DirectorySharing, AChangeByKubectlHoldsUntilTheDocumentChanges) {
  // Who scales by hand in an incident must not be undone by somebody's edit of another file.
  dir.write("web.yaml", deployment("web", 2));
  sync();
  kubectl.merge(kWeb, R"({"spec":{"replicas":5}})");
  const uint64_t revision = store.revision();
  const Synced left = sync();
  EXPECT_TRUE(left.in_force);
  EXPECT_EQ(store.revision(), revision);
  ASSERT_THAT(ids(left), ElementsAre("overridden"));
  EXPECT_EQ(left.diagnostics[0].message, "Deployment default/web differs from its file: spec.replicas was changed by kubectl");
  EXPECT_EQ(left.diagnostics[0].where.to_string(), dir / "web.yaml" + ":6:13");
  EXPECT_EQ(left.diagnostics[0].severity, Severity::kWarning);
  dir.write("other.yaml", config_map("m"));
  EXPECT_THAT(ids(sync()), ElementsAre("overridden"));
  EXPECT_EQ(field(object(kWeb), {"spec", "replicas"}), "5");
  dir.write("web.yaml", deployment("web", 3));
  const Synced applied = sync();
  ASSERT_THAT(ids(applied), ElementsAre("override-ended")) << "who scaled by hand should learn of it";
  EXPECT_EQ(applied.diagnostics[0].message,
            "Deployment default/web is as its file says again, since its document changed: spec.replicas was changed by kubectl");
  EXPECT_EQ(field(object(kWeb), {"spec", "replicas"}), "3");
  EXPECT_THAT(ids(sync()), IsEmpty());
}

TEST_F(DirectorySharing, WhatWasDeletedWithItsDocumentsIsToldOnce) {
  // A directory that is empty for a moment deletes all that it made; that must be said, and nothing else taken for it.
  const ObjectKey theirs{"", "ConfigMap", "default", "theirs"};
  kubectl.create(kMapKind, theirs, R"({"metadata":{"name":"theirs"}})");
  dir.write("a.yaml", config_map("m"));
  dir.write("b.yaml", config_map("theirs"));
  dir.write("c.yaml", config_map("by-hand"));
  dir.write("web.yaml", deployment("web", 1));
  EXPECT_THAT(sync().deleted, IsEmpty());
  kubectl.remove({"", "ConfigMap", "default", "by-hand"});
  for (const char* name : {"a.yaml", "b.yaml", "c.yaml", "web.yaml"}) dir.remove(name);
  restart();
  EXPECT_THAT(sync().deleted, ElementsAre(kMap, kWeb));
  EXPECT_TRUE(has(theirs));
  EXPECT_THAT(sync().deleted, IsEmpty());
}

TEST_F(DirectorySharing, AnEditOfOnesOwnEndsNobodysChange) {
  // A warning at every edit would be read by nobody.
  dir.write("web.yaml", deployment("web", 2));
  sync();
  kubectl.merge(kWeb, R"({"metadata":{"labels":{"team":"a"}},"spec":{"paused":true}})");
  dir.write("web.yaml", deployment("web", 3) + "        env: [{name: A, value: b}]\n");
  EXPECT_THAT(ids(sync()), IsEmpty());
}

TEST_F(DirectorySharing, AChangeOfAWholeThatEndsIsToldToo) {
  // A selector is one field, however many labels it has: it is what people point elsewhere in an incident.
  const auto service = [](const std::string& version) {
    return "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {run: " + version + "}, ports: [{port: 80}]}\n";
  };
  dir.write("s.yaml", service("old"));
  sync();
  kubectl.merge({"", "Service", "default", "s"}, R"({"spec":{"selector":{"run":"new"}}})");
  dir.write("s.yaml", service("newer"));
  const Synced applied = sync();
  ASSERT_THAT(ids(applied), ElementsAre("override-ended"));
  EXPECT_THAT(applied.diagnostics[0].message, HasSubstr("spec.selector.run was changed by kubectl"));
}

TEST_F(DirectorySharing, WhatOthersDoIsSeenWithoutAnEdit) {
  // It is told when it happens, not when somebody happens to touch a file.
  dir.write("m.yaml", config_map("m"));
  sync();
  DirectorySource& source = this->source();
  EXPECT_TRUE(source.defines(kMap));
  EXPECT_FALSE(source.defines(kWeb));
  EXPECT_FALSE(source.look_at(store, kMap)->has_value());
  kubectl.merge(kMap, R"({"data":{"value":"by kubectl"}})");
  ASSERT_TRUE(source.look_at(store, kMap)->has_value());
  EXPECT_EQ((*source.look_at(store, kMap))->id, "overridden");
  kubectl.remove(kMap);
  ASSERT_TRUE(source.look_at(store, kMap)->has_value());
  EXPECT_EQ((*source.look_at(store, kMap))->id, "deleted-by-others");
}

TEST_F(DirectorySharing, AChangeByKubectlHoldsOverARestart) {
  // Else a crash would undo what was done by hand.
  dir.write("m.yaml", config_map("m"));
  sync();
  kubectl.merge(kMap, R"({"data":{"value":"by kubectl"}})");
  const uint64_t revision = store.revision();
  restart();
  EXPECT_THAT(ids(sync()), ElementsAre("overridden"));
  EXPECT_EQ(store.revision(), revision);
  EXPECT_EQ(field(object(kMap), {"data", "value"}), R"("by kubectl")");
}

TEST_F(DirectorySharing, FieldsOfOthersStayWhenTheDocumentIsApplied) {
  // A label that a tool set beside is not the document's to take.
  dir.write("m.yaml", config_map("m"));
  sync();
  kubectl.merge(kMap, R"({"metadata":{"labels":{"team":"a"}},"data":{"theirs":"x"}})");
  EXPECT_THAT(ids(sync()), IsEmpty()) << "nothing that the document names";
  dir.write("m.yaml", config_map("m", "2"));
  sync();
  EXPECT_EQ(field(object(kMap), {"data"}), R"({"value":"2","theirs":"x"})");
  EXPECT_EQ(field(object(kMap), {"metadata", "labels"}), R"({"team":"a"})");
}

TEST_F(DirectorySharing, WhatTheDocumentNoLongerSaysGoes) {
  // A line that is deleted from a file is deleted from the object.
  dir.write("m.yaml", config_map("m") + "  more: x\n");
  sync();
  dir.write("m.yaml", config_map("m"));
  sync();
  EXPECT_EQ(field(object(kMap), {"data"}), R"({"value":"1"})");
}

TEST_F(DirectorySharing, DefaultsAreNobodys) {
  // A Deployment whose document says no replicas may be scaled by others, and stays as they scaled it.
  dir.write("web.yaml", deployment("web", 0));
  sync();
  EXPECT_EQ(field(object(kWeb), {"spec", "replicas"}), "1");
  kubectl.merge(kWeb, R"({"spec":{"replicas":5}})");
  EXPECT_THAT(ids(sync()), IsEmpty());
  dir.write("web.yaml", deployment("web", 0) + "        env: [{name: A, value: b}]\n");
  sync();
  EXPECT_EQ(field(object(kWeb), {"spec", "replicas"}), "5");
}

TEST_F(DirectorySharing, DefaultsInsideAListAreNobodysChange) {
  // A list without keys is one value, and the object's has the defaults: a false alarm at every start hides the real one.
  const ObjectKey key{"networking.k8s.io", "NetworkPolicy", "default", "p"};
  const auto policy = [](const std::string& port) {
    return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n"
           "  ingress:\n  - ports: [{port: " +
           port + "}]\n";
  };
  dir.write("p.yaml", policy("80"));
  sync();
  ASSERT_EQ(field(object(key), {"spec", "ingress"}), R"([{"ports":[{"port":80,"protocol":"TCP"}]}])");
  restart();
  EXPECT_THAT(ids(sync()), IsEmpty());
  kubectl.merge(key, R"({"spec":{"ingress":[{"ports":[{"port":80,"protocol":"UDP"}]}]}})");
  ASSERT_THAT(ids(sync()), ElementsAre("overridden"));
  dir.write("p.yaml", policy("81"));
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended"));
}

TEST_F(DirectorySharing, WhatKubectlDeletedStaysDeletedUntilItsDocumentChanges) {
  // An object that comes back by itself is how people learn to distrust a tool.
  dir.write("m.yaml", config_map("m"));
  sync();
  kubectl.remove(kMap);
  for (int start = 0; start < 2; ++start, restart()) {
    const Synced left = sync();
    EXPECT_TRUE(left.in_force);
    ASSERT_THAT(ids(left), ElementsAre("deleted-by-others"));
    EXPECT_EQ(left.diagnostics[0].where.to_string(), dir / "m.yaml" + ":1:1");
    EXPECT_FALSE(has(kMap));
  }
  dir.write("m.yaml", config_map("m", "2"));
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended"));
  EXPECT_TRUE(has(kMap));
}

TEST_F(DirectorySharing, WhatVanishesIsDeletedAlsoAfterARestart) {
  // A file that was deleted while the program was down says the same as one that is deleted while it runs.
  dir.write("m.yaml", config_map("m"));
  dir.write("other.yaml", config_map("other"));
  sync();
  kubectl.merge(kMap, R"({"data":{"theirs":"x"}})");
  dir.remove("m.yaml");
  restart();
  sync();
  EXPECT_FALSE(has(kMap));
  EXPECT_EQ(visible(store).size(), 1u);
  EXPECT_EQ(store.list(record_selector())->items.size(), 1u);
}

TEST_F(DirectorySharing, WhatWasThereBeforeItsDocumentStaysWhenThatVanishes) {
  // Who writes down what runs already, and thinks better of it, must not lose it.
  kubectl.create({"", "v1", "Namespace"}, {"", "Namespace", "", "default"}, R"({"metadata":{"name":"default"}})");
  kubectl.create(kMapKind, kMap, R"({"metadata":{"name":"m"},"data":{"value":"theirs","more":"x"}})");
  dir.write("m.yaml", config_map("m", "ours"));
  sync();
  EXPECT_EQ(field(object(kMap), {"data"}), R"({"value":"ours","more":"x"})");
  EXPECT_THAT(field(object(kMap), {"metadata", "managedFields"}), HasSubstr("graylane-files"));
  dir.remove("m.yaml");
  sync();
  EXPECT_EQ(field(object(kMap), {"data"}), R"({"value":"ours","more":"x"})") << "what runs goes on as it is";
  EXPECT_THAT(field(object(kMap), {"metadata", "managedFields"}), testing::Not(HasSubstr("graylane-files")));
  EXPECT_EQ(object(kMap).file, nullptr);
}

TEST_F(DirectorySharing, WhatOthersMadeAnewIsTheirs) {
  // The name is the same, the object is another one.
  dir.write("m.yaml", config_map("m"));
  sync();
  kubectl.remove(kMap);
  kubectl.create(kMapKind, kMap, R"({"metadata":{"name":"m"},"data":{"value":"theirs"}})");
  EXPECT_THAT(ids(sync()), ElementsAre("overridden"));
  dir.remove("m.yaml");
  sync();
  EXPECT_TRUE(has(kMap));
}

TEST_F(DirectorySharing, FinalizersAreWaitedFor) {
  // Somebody has to clean up before the object may go; and nothing is applied to what is on its way out.
  dir.write("m.yaml", config_map("m"));
  sync();
  kubectl.merge(kMap, R"({"metadata":{"finalizers":["example.com/clean"]}})");
  dir.remove("m.yaml");
  sync();
  ASSERT_TRUE(has(kMap));
  EXPECT_NE(field(object(kMap), {"metadata", "deletionTimestamp"}), "");
  dir.write("m.yaml", config_map("m", "2"));
  EXPECT_THAT(ids(sync()), ElementsAre("being-deleted"));
  EXPECT_EQ(field(object(kMap), {"data", "value"}), R"("1")");
  ASSERT_TRUE(store.remove(kMap));
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_EQ(field(object(kMap), {"data", "value"}), R"("2")");
}

TEST_F(DirectorySharing, AnImmutableFieldIsAnErrorWithItsPlace) {
  // A cluster refuses it; deleting a Deployment behind its author's back would be worse than saying so.
  dir.write("web.yaml", deployment("web", 1));
  sync();
  dir.write("web.yaml", deployment("web", 1, "other"));
  dir.write("m.yaml", config_map("m"));
  const Synced refused = sync();
  EXPECT_FALSE(refused.in_force);
  ASSERT_THAT(ids(refused), ElementsAre("immutable-field"));
  EXPECT_EQ(to_string(refused.diagnostics[0]),
            dir / "web.yaml" +
                ":7:13: error: spec.selector cannot be changed once the object is there [immutable-field]\n"
                "    in: Deployment default/web, spec.selector\n    fix: undo the change, or delete the object and save "
                "the file again: kubectl delete Deployment.apps web -n default");
  EXPECT_FALSE(has(kMap)) << "the edit is one";
  kubectl.remove(kWeb);
  EXPECT_TRUE(sync().in_force);
  EXPECT_EQ(field(object(kWeb), {"spec", "selector", "matchLabels", "app"}), R"("other")");
}

TEST_F(DirectorySharing, AnObjectThatIsWrongTogetherIsRefused) {
  // Each of two writers may be right while the whole is not: two ports of a Service have names of their own.
  const ObjectKey key{"", "Service", "default", "s"};
  const auto service = [](const std::string& ports) {
    return "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: [" + ports + "]\n";
  };
  dir.write("s.yaml", service("{port: 80, name: a}"));
  sync();
  kubectl.merge(key, R"({"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}})");
  dir.write("s.yaml", service("{port: 80, name: b}"));
  const Synced refused = sync();
  EXPECT_FALSE(refused.in_force);
  ASSERT_FALSE(refused.diagnostics.empty());
  EXPECT_THAT(to_string(refused.diagnostics[0]), HasSubstr(dir / "s.yaml:5:10"));
}

TEST_F(DirectorySharing, WhatIngressNginxServesIsTaken) {
  // The HTTP API refuses these paths; a directory has always got away with them, with a warning.
  const std::vector<std::pair<std::string, std::string>> paths = {
      {"path: /", "no-path-type"}, {"path: '', pathType: Prefix", "bad-path"}, {"path: a//b, pathType: Exact", "bad-path"}};
  for (const auto& [path, warning] : paths) {
    dir.write("i.yaml",
              "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n  - host: a.test\n"
              "    http: {paths: [{" +
                  path + ", backend: {service: {name: s, port: {number: 80}}}}]}\n");
    const Synced taken = sync();
    EXPECT_TRUE(taken.in_force) << path;
    EXPECT_THAT(ids(taken), testing::Contains(warning));
    EXPECT_TRUE(has({"networking.k8s.io", "Ingress", "default", "i"}));
  }
}

TEST_F(DirectorySharing, AnOldIngressKeepsItsPlaces) {
  // It is stored in the version of today; explanations go on to point into the file.
  dir.write("i.yaml",
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata:\n  name: i\nspec:\n  rules:\n  - host: a.test\n    http:\n"
            "      paths:\n      - path: /\n        backend:\n          serviceName: s\n          servicePort: 80\n");
  EXPECT_TRUE(sync().in_force);
  const api::Object& stored = object({"networking.k8s.io", "Ingress", "default", "i"});
  const doc::Value& backend =
      *stored.find("spec")->find("rules")->as_array()->at(0).find("http")->find("paths")->as_array()->at(0).find("backend");
  ASSERT_NE(backend.find("service"), nullptr);
  EXPECT_EQ(stored.at(backend.find("service")->find("name")->at()).to_string(), dir / "i.yaml" + ":12:24");
  dir.write("i.yaml", ingress("i", "s"));
  EXPECT_TRUE(sync().in_force);
  restart();
  EXPECT_THAT(ids(sync()), IsEmpty());
}

TEST_F(DirectorySharing, AnExportedObjectCanBeADocument) {
  // `kubectl get -o yaml` writes what the server set, too; it is how files come to be.
  dir.write(
      "m.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n  uid: old\n  resourceVersion: \"7\"\n  generation: 3\n"
      "  creationTimestamp: \"2020-01-01T00:00:00Z\"\n  managedFields:\n  - {manager: x, operation: Update, apiVersion: v1}\n"
      "data: {value: \"1\"}\n");
  EXPECT_TRUE(sync().in_force);
  EXPECT_EQ(field(object(kMap), {"metadata", "creationTimestamp"}), R"("2020-01-01T00:00:00Z")");
  EXPECT_NE(field(object(kMap), {"metadata", "uid"}), R"("old")");
  EXPECT_EQ(object(kMap).age.created_unix_seconds, 1'577'836'800);
}

TEST_F(DirectorySharing, TheOrderOfDocumentsSurvivesAWriteByKubectl) {
  // Else a patch of an annotation would make an Ingress older than all others, and move traffic.
  dir.write("b.yaml", ingress("b"));
  sync();
  const ObjectKey key{"networking.k8s.io", "Ingress", "default", "b"};
  dir.write("a.yaml", ingress("a"));
  sync();
  kubectl.merge(key, R"({"metadata":{"annotations":{"x":"y"}}})");
  EXPECT_TRUE(object(key).age.has_timestamp);
  EXPECT_EQ(object(key).age.order, 1u << 20);
  dir.write("a2.yaml", ingress("a2"));
  sync();
  EXPECT_EQ(object(key).age.order, 2u << 20) << "as a fresh read of the directory has it";
  EXPECT_THAT(field(object(key), {"metadata", "annotations"}),
              MatchesRegex(R"(\{"graylane.dev/order":"2097152@[0-9TZ:-]+","x":"y"\})"));
}

/// The oldest first, as routing has it.
std::vector<std::string> by_age(std::vector<std::pair<api::Age, std::string>> ages) {
  std::ranges::sort(ages, {}, [](const auto& one) {
    const api::Age& age = one.first;
    return std::tuple(!age.has_timestamp, age.has_timestamp ? age.created_unix_seconds : 0, age.order);
  });
  std::vector<std::string> names;
  for (const auto& one : ages) names.push_back(one.second);
  return names;
}

TEST_F(DirectorySharing, TheOlderOneIsTheSameAsWithoutAStore) {
  // `explain -f D` compiles what the directory says, `up -f D` what the store holds: they must agree on who wins.
  dir.write("b.yaml", ingress("b") + "---\n" + ingress("c"));
  sync();
  dir.write("a.yaml", ingress("a"));
  std::string dated = ingress("d");
  dated.insert(dated.find("spec:"), "  creationTimestamp: \"2020-01-01T00:00:00Z\"\n");
  dir.write("d.yaml", dated);
  sync();
  kubectl.merge({"networking.k8s.io", "Ingress", "default", "d"}, R"({"metadata":{"labels":{"x":"y"}}})");
  restart();
  sync();
  const auto scan = DirectorySource(dir.path()).scan();
  ASSERT_EQ(scan->objects.size(), 4u);
  std::vector<std::pair<api::Age, std::string>> fresh, stored;
  for (const auto& scanned : scan->objects) {
    fresh.emplace_back(scanned->age, scanned->key.name);
    stored.emplace_back(object(scanned->key).age, scanned->key.name);
  }
  EXPECT_THAT(by_age(stored), ElementsAre("d", "a", "b", "c"));
  EXPECT_EQ(by_age(stored), by_age(fresh));
}

TEST_F(DirectorySharing, WhatKubectlMakesIsYoungerThanTheDirectory) {
  // The older of two Ingresses wins a path: trying something out by hand must not take traffic from what is there.
  dir.write("b.yaml", ingress("b"));
  sync();
  const int64_t made = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  dir.write("a.yaml", ingress("a"));
  sync();
  for (const char* name : {"a", "b"}) {
    const api::Age age = object({"networking.k8s.io", "Ingress", "default", name}).age;
    EXPECT_TRUE(age.has_timestamp) << name;
    EXPECT_LT(age.created_unix_seconds, made) << name;
  }
  std::string late = ingress("d");
  late.insert(late.find("spec:"), "  creationTimestamp: \"2090-01-01T00:00:00Z\"\n");
  dir.write("d.yaml", late);
  sync();
  EXPECT_EQ(object({"networking.k8s.io", "Ingress", "default", "b"}).age.created_unix_seconds, 3'786'912'001)
      << "documents without a time are younger than those with one";
}

TEST_F(DirectorySharing, ANamespaceThatNobodyMadeIsMade) {
  // kubectl could not create anything in it otherwise.
  dir.write("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n");
  const Synced made = sync();
  EXPECT_THAT(ids(made), ElementsAre("namespace-made"));
  EXPECT_EQ(made.diagnostics[0].severity, Severity::kInfo);
  EXPECT_TRUE(has({"", "Namespace", "", "shop"}));
  dir.remove("m.yaml");
  sync();
  EXPECT_TRUE(has({"", "Namespace", "", "shop"})) << "others may have put something into it";
}

TEST_F(DirectorySharing, NothingIsMadeInANamespaceThatIsBeingDeleted) {
  // It would keep the namespace from ever being empty.
  kubectl.create({"", "v1", "Namespace"}, {"", "Namespace", "", "shop"}, R"({"metadata":{"name":"shop"}})");
  kubectl.remove({"", "Namespace", "", "shop"});
  dir.write("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n");
  const Synced refused = sync();
  EXPECT_FALSE(refused.in_force);
  EXPECT_THAT(ids(refused), ElementsAre("namespace-terminating"));
}

TEST_F(DirectorySharing, ADeletedNamespaceDoesNotComeBack) {
  // Who deletes a namespace deletes all that is in it; what is remembered of the documents must not go with it.
  const std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n";
  dir.write("m.yaml", text);
  sync();
  const auto listing = store.list({});
  for (const auto& item : listing->items) {
    const bool goes = item->key.ns == "shop" || item->key.name == "shop";
    ASSERT_TRUE(!goes || store.remove(item->key));
  }
  EXPECT_THAT(ids(sync()), ElementsAre("deleted-by-others"));
  EXPECT_THAT(visible(store), IsEmpty());
  dir.write("m.yaml", text + "data: {a: b}\n");
  EXPECT_THAT(ids(sync()), ElementsAre("override-ended", "namespace-made"));
}

TEST(DirectoryRestart, TheSameDirectoryWritesNothing) {
  // Watchers of other programs resume over a restart; a thousand changes that change nothing would wake all of them.
  const TestDirectory dir, state;
  dir.write("a.yaml", deployment("web", 1) + "---\n" + ingress("shop") + "---\n" + config_map("m"));
  uint64_t revision = 0;
  {
    const auto store = *store::DurableStore::open(state / "objects.db");
    ASSERT_TRUE(DirectorySource(dir.path()).sync(*store));
    revision = store->revision();
  }
  const auto store = *store::DurableStore::open(state / "objects.db");
  const auto synced = DirectorySource(dir.path()).sync(*store);
  ASSERT_TRUE(synced && synced->in_force);
  EXPECT_EQ(synced->revision, revision);
  EXPECT_THAT(synced->diagnostics, IsEmpty());
  EXPECT_EQ((*store->get(kWeb))->file ? *(*store->get(kWeb))->file : "", dir / "a.yaml");
}

}  // namespace
}  // namespace graylane::sources
