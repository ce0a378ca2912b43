#include "gohash/pod_template_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "api/build.h"
#include "api/decode.h"
#include "api/kinds.h"
#include "doc/parse.h"
#include "gohash/pod_template_types.h"

namespace graylane::gohash {
namespace {

using doc::Value;
using Kind = GoType::Kind;

Value yaml(std::string_view text) { return doc::parse_yaml(text, {}).documents.at(0); }

Value recorded_cases() {
  std::ifstream file(GRAYLANE_SOURCE_DIR "/tests/conformance/kube_api/pod_template_hashes.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return *doc::parse_json(text.str(), nullptr).documents.at(0).find("cases");
}

/// The template as a Deployment that the API server stored has it.
Value with_defaults(const Value& pod_template) {
  Value deployment =
      yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}}}");
  api::object_member(*deployment.as_object(), "spec").set("template", pod_template);
  const auto decoded = api::decode(std::move(deployment), nullptr);
  if (!decoded.object) return {};
  return *decoded.object->content.find("spec")->find("template");
}

TEST(PodTemplateHash, IsTheOneThatKubernetesGives) {
  // ReplicaSets keep their names, and Pods their labels, when a Deployment moves to a cluster or from one.
  const Value cases = recorded_cases();
  ASSERT_GE(cases.as_array()->size(), 40U);
  for (const Value& one : *cases.as_array()) {
    const Value& as_written = *one.find("template");
    const Value pod_template = one.find("defaults") ? with_defaults(as_written) : as_written;
    std::optional<int32_t> count;
    if (const Value* number = one.find("collisionCount")) count = static_cast<int32_t>(*number->as_int());
    EXPECT_EQ(pod_template_hash(pod_template, count), *one.find("hash")->as_string()) << *one.find("name")->as_string();
  }
}

TEST(PodTemplateHash, FollowsWhatIsSaidNotHow) {
  // Sorting the lines of a manifest, or writing null for "not set", must not restart a fleet.
  const auto hash = [](std::string_view text) { return pod_template_hash(yaml(text)); };
  EXPECT_EQ(hash("{metadata: {name: a, labels: {b: x, a: y}}}"), hash("{metadata: {labels: {a: y, b: x}, name: a}}"));
  EXPECT_EQ(hash("{metadata: {labels: {}, creationTimestamp: null}, spec: {containers: []}}"), hash("{}"));
  EXPECT_EQ(hash("{spec: {hostPID: false, hostname: '', ofTheFuture: 1}}"), hash("{}"));
  EXPECT_EQ(hash("{spec: {overhead: {cpu: 1000m}}}"), hash("{spec: {overhead: {cpu: 1}}}"));
  EXPECT_NE(hash("{spec: {securityContext: {}}}"), hash("{}"));
  EXPECT_NE(hash("{spec: {hostUsers: false}}"), hash("{}"));
  EXPECT_NE(hash("{spec: {containers: [{name: a}, {name: b}]}}"), hash("{spec: {containers: [{name: b}, {name: a}]}}"));
}

TEST(PodTemplateHash, OfOtherKindsOfValuesIsThatOfNothing) {
  // The function is given what a store holds; even what no schema has seen must not bring it down.
  for (const char* text : {"[]", "x", "{metadata: 1, spec: [a]}", "{spec: {containers: {a: b}, overhead: [1], dnsPolicy: 7}}"}) {
    EXPECT_EQ(pod_template_hash(yaml(text)), pod_template_hash(yaml("{}"))) << text;
  }
  EXPECT_EQ(pod_template_hash(Value()), pod_template_hash(yaml("{}")));
  EXPECT_NE(pod_template_hash(yaml("{spec: {containers: [null]}}")), pod_template_hash(yaml("{}")));
  EXPECT_FALSE(pod_template_hash(yaml("{metadata: {deletionTimestamp: x, managedFields: [{fieldsV1: 3}]}}")).empty());
  EXPECT_FALSE(pod_template_hash(yaml("{spec: {overhead: {cpu: {}, memory: lots}}}")).empty());
}

void collect(const GoType& type, std::vector<std::pair<std::string, const GoType*>>& fields) {
  for (const GoField& field : type.fields) {
    if (field.json.empty()) collect(*field.type, fields);
    else fields.emplace_back(field.json, field.type);
  }
}

/// What the schema and Go's type do not have in common, below `path`.
void compare(const api::Schema* schema, const GoType& type, const std::string& path, std::vector<std::string>& found);

void compare_structs(const api::Schema& schema, const GoType& type, const std::string& path, std::vector<std::string>& found) {
  std::vector<std::pair<std::string, const GoType*>> fields;
  collect(type, fields);
  for (const auto& [name, field_type] : fields) {
    const api::Property* property = schema.find(name);
    if (property) compare(property->schema, *field_type, path + "." + name, found);
    else found.push_back("not in the schema: " + path + "." + name);
  }
  for (const api::Property& property : schema.properties) {
    const bool known = std::ranges::any_of(fields, [&](const auto& field) { return field.first == property.name; });
    if (!known) found.push_back("not in the table: " + path + "." + property.name);
  }
}

void compare(const api::Schema* schema, const GoType& type, const std::string& path, std::vector<std::string>& found) {
  if (!schema) return;
  if (type.kind == Kind::kPointer) return compare(schema, *type.element, path, found);
  if (type.kind == Kind::kSlice) return compare(schema->items, *type.element, path + "[]", found);
  if (type.kind == Kind::kMap) return compare(schema->additional, *type.element, path + "{}", found);
  if (type.kind == Kind::kStruct) return compare_structs(*schema, type, path, found);
  using Type = api::Schema::Type;
  const bool same = schema->type == Type::kString        ? type.kind == Kind::kString || type.kind == Kind::kTime
                    : schema->type == Type::kBoolean     ? type.kind == Kind::kBool
                    : schema->type == Type::kInteger     ? type.kind == Kind::kInt
                    : schema->type == Type::kIntOrString ? type.kind == Kind::kIntOrString
                    : schema->type == Type::kQuantity    ? type.kind == Kind::kQuantity
                                                         : type.kind == Kind::kRawJson;
  if (!same) found.push_back("of another type: " + path + " is " + type.name);
}

TEST(PodTemplateTypes, HaveTheFieldsOfTheSchema) {
  // A field that one of the two tables lacks would change the Pods and not the hash: a rollout that never starts.
  const api::Kind* deployment = api::builtin_kinds().find("apps/v1", "Deployment");
  ASSERT_NE(deployment, nullptr);
  const api::Schema& spec = *deployment->schema->find("spec")->schema;
  std::vector<std::string> found;
  compare(spec.find("template")->schema, pod_template_type(), "template", found);
  EXPECT_EQ(found, std::vector<std::string>{});
}

}  // namespace
}  // namespace graylane::gohash
