#include "api/schema_table.h"

#include <gtest/gtest.h>

#include "api/kinds.h"

namespace graylane::api {
namespace {

const Schema& at(const Schema& from, std::initializer_list<const char*> path) {
  const Schema* schema = &from;
  for (const char* name : path) {
    if (schema->type == Schema::Type::kArray) schema = schema->items;
    const Property* property = schema->find(name);
    EXPECT_TRUE(property) << name;
    if (!property) return *schema;
    schema = property->schema;
  }
  return *schema;
}

TEST(SchemaTable, TypesMayReferToThemselves) {
  // The schema of a CustomResourceDefinition contains itself.
  SchemaTable table;
  table.add("Tree\n  name      string !\n  children  [Tree]\n");
  SchemaSetPtr set = table.finish();
  const Schema* tree = table.type("Tree");
  EXPECT_EQ(&at(*tree, {"children", "children", "name"}), &at(*tree, {"name"}));
}

TEST(SchemaTable, WordsAfterTheTypeRefineTheFieldOnly) {
  // A scalar is shared by all fields of its type: a limit of one of them must not reach the others.
  SchemaTable table;
  table.add("A\n  a  int32 =3 min=1 @7\n  b  int32\n  c  string = enum=|x|y\n");
  SchemaSetPtr set = table.finish();
  const Property* a = table.type("A")->find("a");
  EXPECT_EQ(a->protobuf_number, 7u);
  EXPECT_EQ(*a->default_value, doc::Value(int64_t{3}));
  EXPECT_EQ(a->schema->minimum, 1.0);
  EXPECT_NE(table.type("A")->find("b")->schema->minimum, 1.0);
  EXPECT_EQ(*table.type("A")->find("c")->default_value, doc::Value(""));
  EXPECT_EQ(table.type("A")->find("c")->schema->enum_values, (std::vector<std::string>{"", "x", "y"}));
}

TEST(SchemaTable, FieldsCarryTheirPlaceOnTheWire) {
  // Bodies in protobuf name fields by number; what Go embeds is a message there and flat in JSON.
  SchemaTable table;
  table.add("package a.b\nA\n  x  int32 @3*\n  y  string @2/5\n  z  bool\nB like=A@7\n  w  bool @1\n");
  SchemaSetPtr set = table.finish();
  const Property& x = *table.type("A")->find("x");
  EXPECT_EQ(x.protobuf_number, 3u);
  EXPECT_EQ(x.protobuf_embedded, 0u);
  EXPECT_TRUE(x.protobuf_presence);
  const Property& y = *table.type("A")->find("y");
  EXPECT_EQ(y.protobuf_number, 5u);
  EXPECT_EQ(y.protobuf_embedded, 2u);
  EXPECT_FALSE(y.protobuf_presence);
  EXPECT_EQ(table.type("A")->find("z")->protobuf_number, 0u);
  EXPECT_EQ(table.type("B")->find("x")->protobuf_embedded, 7u);
  EXPECT_EQ(table.type("B")->find("w")->protobuf_embedded, 0u);
  EXPECT_EQ(table.type("B")->name, "a.b.B");
}

TEST(BuiltinKinds, ListsCarryKeysAndMergeKeys) {
  // Apply and strategic merge patch pair the entries of lists by these.
  const Kind* deployment = builtin_kinds().find("apps/v1", "Deployment");
  ASSERT_TRUE(deployment);
  const Schema& ports = at(*deployment->schema, {"spec", "template", "spec", "containers", "ports"});
  EXPECT_EQ(ports.list_type, Schema::ListType::kMap);
  EXPECT_EQ(ports.list_keys, (std::vector<std::string>{"containerPort", "protocol"}));
  EXPECT_EQ(ports.patch.merge_key, "containerPort");
  EXPECT_TRUE(at(*deployment->schema, {"spec", "strategy"}).patch.retain_keys);
  EXPECT_TRUE(at(*deployment->schema, {"spec", "template", "spec", "volumes"}).patch.retain_keys);
  EXPECT_EQ(at(*deployment->schema, {"spec", "selector"}).map_type, Schema::MapType::kAtomic);
}

TEST(BuiltinKinds, VersionsOfAKindShareTheirStorageGroup) {
  // An Ingress of extensions/v1beta1 and one of networking.k8s.io/v1 with the same name are the same object.
  for (const char* version : {"networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"}) {
    const Kind* kind = builtin_kinds().find(version, "Ingress");
    ASSERT_TRUE(kind) << version;
    EXPECT_EQ(kind->storage_group, "networking.k8s.io");
  }
  EXPECT_FALSE(builtin_kinds().find("extensions/v1", "Ingress"));
  EXPECT_FALSE(builtin_kinds().find("v1", "Deployment"));
  EXPECT_FALSE(builtin_kinds().find("networking.k8s.io/v1", "IngressClass")->namespaced);
}

}  // namespace
}  // namespace graylane::api
