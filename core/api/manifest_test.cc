#include "api/manifest.h"

#include <gtest/gtest.h>

#include "api/source_text.h"

namespace graylane::api {
namespace {

Manifest read(std::string_view text, const char* name = "m.yaml", const ManifestOptions& options = {}) {
  return read_manifest(text, std::make_shared<const std::string>(name), options);
}

std::string printed(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += to_string(d) + "\n";
  return text;
}

std::string fixed(std::string_view text) {
  std::vector<TextEdit> edits;
  for (const Diagnostic& d : read(text).diagnostics) edits.insert(edits.end(), d.edits.begin(), d.edits.end());
  return apply_edits(text, edits);
}

std::string names(const Manifest& m) {
  std::string text;
  for (const Object& o : m.objects) text += o.key.to_string() + "#" + std::to_string(o.age.order) + " ";
  return text;
}

// Two manifests in a row, as guides on the web have them: the annotations beside `annotations:`, and no `---`.
constexpr const char* kGuide = R"(#1.19版本前的ack
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: gray-release-canary
  annotations:
  # 开启Canary。
  nginx.ingress.kubernetes.io/canary: "true"
  # 请求头为foo。
  nginx.ingress.kubernetes.io/canary-by-header: "foo"
spec:
  rules:
  - host: www.example.com
    http:
      paths:
      - path: /
        backend:
          serviceName: new-nginx
          servicePort: 80


#1.19版本后的ack
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: gray-release-canary
  annotations:
  # 开启Canary。
  nginx.ingress.kubernetes.io/canary: "true"
spec:
  rules:
  - host: www.example.com
    http:
      paths:
      - path: /
        pathType: ImplementationSpecific
        backend:
          service: 
            name: new-nginx
            port:
              number: 80
)";

TEST(Manifest, TheMistakesOfTheGuideAreNamed) {
  // One error for each mistake, at its line, instead of a dozen duplicate keys and unknown fields.
  EXPECT_EQ(
      printed(read(kGuide).diagnostics),
      R"(m.yaml:8:3: error: nginx.ingress.kubernetes.io/canary stands beside annotations instead of under it: Kubernetes drops it or refuses the object, and without it this is an ordinary Ingress that competes with the stable one [annotation-outside-annotations]
    in: Ingress default/gray-release-canary, metadata[nginx.ingress.kubernetes.io/canary]
    fix: indent these lines by two under annotations:
m.yaml:23:1: error: a second manifest begins here without a line '---' before it: read as one document, the later keys replace the earlier ones and one of the manifests is lost [two-manifests-without-separator]
    fix: put a line '---' before this line
m.yaml:29:3: error: nginx.ingress.kubernetes.io/canary stands beside annotations instead of under it: Kubernetes drops it or refuses the object, and without it this is an ordinary Ingress that competes with the stable one [annotation-outside-annotations]
    in: Ingress default/gray-release-canary, metadata[nginx.ingress.kubernetes.io/canary]
    fix: indent these lines by two under annotations:
)");
}

TEST(Manifest, TheEditsMakeTheGuideRight) {
  // lint --fix applies them.
  std::string text = fixed(kGuide);
  Manifest m = read(text);
  EXPECT_EQ(printed(m.diagnostics), "");
  ASSERT_EQ(m.objects.size(), 2u);
  EXPECT_EQ(*m.objects[0].annotation("nginx.ingress.kubernetes.io/canary-by-header")->as_string(), "foo");
  EXPECT_EQ(*m.objects[1].annotation("nginx.ingress.kubernetes.io/canary")->as_string(), "true");
  EXPECT_NE(
      text.find("  annotations:\n    # 开启Canary。\n    nginx.ingress.kubernetes.io/canary: \"true\"\n    # 请求头为foo。\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("的ack\n---\napiVersion: networking.k8s.io/v1\n"), std::string::npos) << text;
}

TEST(Manifest, ManifestsWithoutASeparatorAreNotInForce) {
  // Which one of them would win is chance; neither does.
  std::string text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
      "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: e}\n";
  Manifest m = read(text);
  EXPECT_EQ(names(m), "ConfigMap default/a#0 ConfigMap default/e#1 ");
  EXPECT_EQ(m.refused.size(), 3u);
  ASSERT_EQ(m.diagnostics.size(), 2u);
  EXPECT_EQ(m.diagnostics[0].where.at, (Position{8, 1}));
  EXPECT_EQ(m.diagnostics[1].where.at, (Position{11, 1}));
  EXPECT_EQ(names(read(fixed(text))).size(), names(m).size() / 2 * 5);
}

TEST(Manifest, ARepeatedSectionIsNoSecondManifest) {
  // Only one key twice: which one is meant is the author's to say.
  Manifest m = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: a}\ndata: {x: b}\n");
  EXPECT_TRUE(m.objects.empty());
  ASSERT_EQ(m.diagnostics.size(), 1u);
  EXPECT_EQ(m.diagnostics[0].id, "yaml-duplicate-key");
}

TEST(Manifest, PositionsAfterAMissingSeparatorAreThoseOfTheFile) {
  // The text is read a second time with the separator in it; nobody should notice.
  std::string text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {x: "
      "1}\n";
  Manifest m = read(text);
  ASSERT_EQ(m.diagnostics.size(), 2u);
  EXPECT_EQ(m.diagnostics[1].where.at, (Position{7, 11}));
  EXPECT_EQ(fixed(text),
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: "
            "b}\ndata: {x: \"1\"}\n");
}

TEST(Manifest, ListsAreReplacedByTheirItems) {
  // kubectl get -o yaml writes lists, and items of typed lists leave out their kind.
  const char* list = R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "shop"}}]})";
  EXPECT_EQ(names(read(list, "m.json")), "Namespace shop#0 ConfigMap shop/c#1 ");
  EXPECT_EQ(names(read("apiVersion: v1\nkind: ServiceList\nitems:\n- {metadata: {name: a}, spec: {ports: [{port: 80}]}}\n")),
            "Service default/a#0 ");
}

TEST(Manifest, OneBadDocumentDoesNotHurtTheOthers) {
  // A directory holds many people's manifests.
  Manifest m = read("- 1\n---\nkind: Service\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  EXPECT_EQ(names(m), "ConfigMap default/a#0 ");
  EXPECT_EQ(printed(m.diagnostics), R"(m.yaml:1:1: error: a manifest must be an object, not an array [wrong-type]
    fix: begin it with apiVersion, kind and metadata
m.yaml:3:1: error: apiVersion is required and missing [missing-field]
    in: Service, apiVersion
    fix: add apiVersion: v1
)");
}

TEST(Manifest, ObjectsOfOneFileAreLimited) {
  // Aliases aside, a small list entry is cheap to write and costly to keep.
  ManifestOptions options;
  options.objects_max = 2;
  Manifest m = read(
      "apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: a}}, {metadata: {name: b}}, {metadata: {name: c}}, "
      "{metadata: {name: d}}]\n",
      "m.yaml", options);
  EXPECT_EQ(m.objects.size(), 2u);
  ASSERT_EQ(m.diagnostics.size(), 1u);
  EXPECT_EQ(m.diagnostics[0].id, "too-many-objects");
}

TEST(Manifest, ProblemsOfOneFileAreLimited) {
  // Every object is limited by itself, but a file may hold very many.
  ManifestOptions options;
  options.diagnostics_max = 1;
  Manifest m =
      read("apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: 1}}, {metadata: {name: 2}}, {metadata: {name: 3}}]\n",
           "m.yaml", options);
  ASSERT_EQ(m.diagnostics.size(), 2u);
  EXPECT_EQ(to_string(m.diagnostics[1]),
            "m.yaml:3:27: error: 2 further problems of this file are not listed [too-many-problems]");
}

TEST(SourceText, EditsApplyFromTopToBottom) {
  // An insertion and a replacement may meet at one line.
  EXPECT_EQ(apply_edits("a\nb\nc", {{2, 3, "B\n"}, {2, 2, "---\n"}, {1, 2, "A\n"}}), "A\n---\nB\nc");
  EXPECT_EQ(apply_edits("a\nb\n", {{1, 3, "x\n"}, {2, 3, "lost\n"}}), "x\n");
}

}  // namespace
}  // namespace graylane::api
