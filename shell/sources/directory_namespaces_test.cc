#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/test_directory_source.h"

namespace graylane::sources {
namespace {

using api::ObjectKey;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const api::GroupVersionKind kMapKind{"", "v1", "ConfigMap"};

using DirectoryNamespaces = DirectorySourceTest;

TEST_F(DirectoryNamespaces, ANamespaceStaysWhileDocumentsAreInIt) {
  // Taking away a document that looks like one too many must not take away all that runs in its namespace.
  const ObjectKey team{"", "Namespace", "", "team"};
  const ObjectKey map{"", "ConfigMap", "team", "m"};
  const std::string ns = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n";
  dir.write("ns.yaml", ns);
  dir.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: team}\n");
  sync();
  dir.remove("ns.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("namespace-kept"));
  EXPECT_EQ(field(object(team), {"metadata", "deletionTimestamp"}), "");
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_TRUE(has(map));
  dir.write("ns.yaml", ns);
  EXPECT_THAT(ids(sync()), IsEmpty());
  dir.remove("ns.yaml");
  dir.remove("map.yaml");
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_FALSE(has(map));
}

class NamespaceOfTheDirectory : public DirectorySourceTest {
 public:
  NamespaceOfTheDirectory() {
    dir.write("ns.yaml", kDocument);
    sync();
  }
  static std::string named(const std::string& name, const std::string& more = {}) {
    return R"({"metadata":{"name":")" + name + "\"" + more + "}}";
  }
  bool stays() { return has(team) && field(object(team), {"metadata", "deletionTimestamp"}).empty(); }

  static constexpr const char* kDocument = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n";
  const ObjectKey team{"", "Namespace", "", "team"};
  const ObjectKey theirs{"", "ConfigMap", "team", "theirs"};
};

TEST_F(NamespaceOfTheDirectory, StaysWhileOthersHaveObjectsInIt) {
  // A file that is away for half a second would take along for good what kubectl made there.
  kubectl.create(kMapKind, theirs, named("theirs"));
  dir.remove("ns.yaml");
  for (int i = 0; i < 2; ++i, restart()) {
    const Synced kept = sync();
    ASSERT_THAT(ids(kept), ElementsAre("namespace-kept"));
    EXPECT_EQ(kept.diagnostics[0].message,
              "Namespace team is kept though its document is gone: ConfigMap team/theirs is in it, and not of this directory");
    EXPECT_EQ(kept.diagnostics[0].fix, "to delete all of it: kubectl delete namespace team; else it goes with the last of them");
    EXPECT_THAT(kept.deleted, IsEmpty());
    EXPECT_TRUE(stays());
  }
  dir.write("ns.yaml", kDocument);
  EXPECT_THAT(ids(sync()), IsEmpty()) << "it is the directory's as before";
  dir.remove("ns.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("namespace-kept"));
  kubectl.remove(theirs);
  const Synced gone = sync();
  EXPECT_THAT(ids(gone), IsEmpty()) << "it goes with the last of them";
  EXPECT_THAT(gone.deleted, ElementsAre(team));
  EXPECT_FALSE(stays());
}

TEST_F(NamespaceOfTheDirectory, StaysWhileItHoldsWhatWasThereBeforeItsDocument) {
  // The directory applied to it, and did not make it: it stays when its document goes, so its namespace must.
  kubectl.create(kMapKind, theirs, named("theirs"));
  dir.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs, namespace: team}\n");
  sync();
  dir.remove("map.yaml");
  dir.remove("ns.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("namespace-kept"));
  EXPECT_TRUE(has(theirs));
  EXPECT_TRUE(stays());
}

TEST_F(NamespaceOfTheDirectory, IsNotKeptByWhatComesOfItself) {
  // Else no namespace in which a Deployment ran would ever go.
  const char* const owned =
      R"(,"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"d","uid":"1","controller":true}])";
  kubectl.create({"", "v1", "Secret"}, {"", "Secret", "team", "owned"}, named("owned", owned));
  kubectl.create({"", "v1", "Endpoints"}, {"", "Endpoints", "team", "s"},
                 named("s", R"(,"labels":{"endpoints.kubernetes.io/managed-by":"endpoint-controller"})"));
  kubectl.create({"", "v1", "ServiceAccount"}, {"", "ServiceAccount", "team", "default"}, named("default"));
  kubectl.create(kMapKind, {"", "ConfigMap", "team", "kube-root-ca.crt"}, named("kube-root-ca.crt"));
  kubectl.create({"coordination.k8s.io", "v1", "Lease"}, {"coordination.k8s.io", "Lease", "team", "l"}, named("l"));
  kubectl.create({"", "v1", "Event"}, {"", "Event", "team", "e"},
                 R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","namespace":"team","name":"p"}})");
  kubectl.create(kMapKind, theirs, named("theirs", R"(,"finalizers":["example.com/wait"])"));
  kubectl.remove(theirs);
  ASSERT_TRUE(has(theirs)) << "it waits for its finalizer";
  dir.remove("ns.yaml");
  EXPECT_THAT(ids(sync()), IsEmpty());
  EXPECT_FALSE(stays());
}

TEST_F(NamespaceOfTheDirectory, IsKeptByWhatNobodyManages) {
  // An owner that is no controller does not make it again; nor does anybody make Endpoints that were written by hand.
  const char* const owned = R"(,"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"d","uid":"1"}])";
  const ObjectKey secret{"", "Secret", "team", "owned"};
  const ObjectKey endpoints{"", "Endpoints", "team", "s"};
  kubectl.create({"", "v1", "Secret"}, secret, named("owned", owned));
  kubectl.create({"", "v1", "Endpoints"}, endpoints, named("s"));
  dir.remove("ns.yaml");
  EXPECT_THAT(sync().diagnostics.at(0).message, HasSubstr("Endpoints team/s and 1 more are in it"));
  kubectl.remove(endpoints);
  EXPECT_THAT(sync().diagnostics.at(0).message, HasSubstr("Secret team/owned is in it"));
  EXPECT_TRUE(stays());
}

TEST_F(NamespaceOfTheDirectory, CanBeDeletedByHandWhenItIsKept) {
  // Who is told the command must not hear of it again.
  kubectl.create(kMapKind, theirs, named("theirs"));
  dir.remove("ns.yaml");
  EXPECT_THAT(ids(sync()), ElementsAre("namespace-kept"));
  kubectl.remove(team);
  const Synced gone = sync();
  EXPECT_THAT(ids(gone), IsEmpty());
  EXPECT_THAT(gone.deleted, IsEmpty()) << "by others";
}

}  // namespace
}  // namespace graylane::sources
