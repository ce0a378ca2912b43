#include "sources/written_part.h"

#include <gtest/gtest.h>

#include "api/kinds.h"
#include "api/manifest.h"
#include "doc/print.h"

namespace graylane::sources {
namespace {

std::string written(const std::string& text) {
  const api::Manifest manifest = api::read_manifest(text, std::make_shared<const std::string>("a.yaml"));
  EXPECT_FALSE(has_errors(manifest.diagnostics)) << to_string(manifest.diagnostics.at(0));
  const api::Object& object = manifest.objects.at(0);
  return doc::to_json(written_part(object, api::builtin_kinds().find(object.gvk.api_version(), object.gvk.kind)->schema));
}

TEST(WrittenPart, DefaultsAreLeftOut) {
  // Who applies a default owns it, and takes it from whoever else sets the field.
  EXPECT_EQ(
      written("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80, name: a}]}}"),
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"a","protocol":"TCP"}]}})")
      << "the protocol is a key of the list";
  EXPECT_EQ(written("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"),
            R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
}

TEST(WrittenPart, WhatReadingMovedIsKept) {
  // A Secret's stringData is written, under another name.
  EXPECT_EQ(written("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n"),
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"Yg=="}})");
}

TEST(WrittenPart, OfEqualKeysTheLastOneCounts) {
  // Kubernetes takes such a list from a client, but not when it is applied by the server; the last one is in force.
  const std::string text = written(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: a:1\n"
      "    env: [{name: A, value: x}, {name: B, value: w}, {name: A, value: z}]\n");
  EXPECT_NE(text.find(R"("env":[{"name":"B","value":"w"},{"name":"A","value":"z"}])"), std::string::npos) << text;
}

TEST(WrittenPart, WhatTheServerSetsIsLeftOut) {
  // An exported object brings them along; another life's uid must not be asked for.
  EXPECT_EQ(written("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, uid: x, resourceVersion: \"1\", generation: 1,\n"
                    "  annotations: {graylane.dev/order: \"7\", a: b}}\n"),
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","annotations":{"a":"b"}}})");
}

std::string digest(const std::string& text) {
  const api::Object object = api::read_manifest(text, std::make_shared<const std::string>("a.yaml")).objects.at(0);
  return digest_of(written_part(object, nullptr));
}

TEST(Digest, IsOfTheContentAlone) {
  // A comment or a moved line is no reason to take back what others changed.
  const std::string text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n";
  EXPECT_EQ(digest(text + "data: {a: x, b: w}\n"), digest("# why\n" + text + "data:\n  b: w\n  a: \"x\"\n"));
  EXPECT_NE(digest(text + "data: {a: x, b: w}\n"), digest(text + "data: {a: w, b: x}\n"));
}

}  // namespace
}  // namespace graylane::sources
