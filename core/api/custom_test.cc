#include "api/test_crds.h"

namespace graylane::api {
namespace {

TEST(CustomResource, DefaultsAreFilledInAlsoInsideOfDefaults) {
  // What controllers read is what the definition promises, however little was written.
  EXPECT_EQ(Widgets().stored("{size: 2, parts: [{k: a}], open: {}}"),
            R"({"size":2,"parts":[{"k":"a","weight":1}],"open":{"known":"yes-it-is"},"mode":"a","nested":{"deep":"filled"}})");
}

TEST(CustomResource, UndeclaredFieldsAreTakenAwayAndTold) {
  // A misspelt field must not look as if it were in force; what a definition leaves open stays.
  const Widgets widgets;
  EXPECT_EQ(widgets.stored("{size: 1, mode: b, bogus: 1, nested: {deep: x, b: 2}, open: {any: {thing: [1]}}}"),
            R"({"size":1,"mode":"b","nested":{"deep":"x"},"open":{"any":{"thing":[1]},"known":"yes-it-is"}})");
  EXPECT_EQ(widgets.problems("{size: 1, bogus: 1, parts: [{k: a, q: 1}]}"),
            "spec.bogus: bogus is no field of this kind, so it is not kept\n"
            "spec.parts[0].q: q is no field of this kind, so it is not kept\n");
}

TEST(CustomResource, NullIsAbsentUnlessItIsAllowed) {
  // Clients send null for "no value"; only a nullable field can hold it.
  EXPECT_EQ(Widgets().stored("{size: 1, mode: null, never: null, maybe: null, nested: {deep: x}}"),
            R"({"size":1,"maybe":null,"nested":{"deep":"x"},"mode":"a"})");
}

TEST(CustomResource, EmbeddedObjectsKeepTheirIdentity) {
  // Templates of other objects carry apiVersion, kind and metadata without a declaration.
  EXPECT_EQ(Widgets().stored("{size: 1, mode: a, nested: {deep: x}, whole: {apiVersion: v1, kind: Pod, metadata: {name: p}}}"),
            R"({"size":1,"mode":"a","nested":{"deep":"x"},"whole":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}})");
}

TEST(CustomResource, NumbersAreCheckedInKubernetesWords) {
  // Scripts and people know these messages.
  const Widgets widgets;
  EXPECT_EQ(widgets.problems("{size: 9}"), "spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5\n");
  EXPECT_EQ(widgets.problems("{size: 0}"),
            "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1\n");
  EXPECT_EQ(widgets.problems("{size: 1, half: 0}"), "spec.half: Invalid value: 0: spec.half in body should be greater than 0\n");
  EXPECT_EQ(widgets.problems("{size: 1, half: 9}"), "spec.half: Invalid value: 9: spec.half in body should be less than 9\n");
  EXPECT_EQ(widgets.problems("{size: 1, half: 0.7}"),
            "spec.half: Invalid value: 0.7: spec.half in body should be a multiple of 0.5\n");
  EXPECT_EQ(widgets.problems("{size: 1, half: 1.5}"), "");
}

TEST(CustomResource, TextsAreCheckedInKubernetesWords) {
  // Pattern, length, enum and format: what every upstream definition uses.
  const Widgets widgets;
  EXPECT_EQ(widgets.problems("{size: 1, name: a1}"),
            "spec.name: Invalid value: \"a1\": spec.name in body should match '^[a-z]+$'\n");
  EXPECT_EQ(widgets.problems("{size: 1, name: a}"),
            "spec.name: Invalid value: \"a\": spec.name in body should be at least 2 chars long\n");
  EXPECT_EQ(widgets.problems("{size: 1, name: abcde}"), "spec.name: Too long: may not be more than 4 bytes\n");
  EXPECT_EQ(widgets.problems("{size: 1, mode: c}"), "spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\"\n");
  EXPECT_EQ(widgets.problems("{size: 1, address: 1.2.3}"),
            "spec.address: Invalid value: \"1.2.3\": spec.address in body must be of type ipv4: \"1.2.3\"\n");
  EXPECT_EQ(widgets.problems("{size: 1, since: soon}"),
            "spec.since: Invalid value: \"soon\": spec.since in body must be of type date-time: \"soon\"\n");
  EXPECT_EQ(widgets.problems("{size: 1, link: 'http://a/b', blob: aGk=, since: '2026-01-31T12:00:00Z', address: 127.0.0.1}"), "");
}

TEST(CustomResource, APatternEndsWhereTheTextEnds) {
  // In Go "$" does not match before a last line end; a name with one must not slip through.
  EXPECT_NE(Widgets().problems("{size: 1, name: \"ab\\n\"}"), "");
}

TEST(CustomResource, WrongTypesAreValidationErrors) {
  // Unlike fields of built-in kinds: a client sees 422 and all the causes at once.
  EXPECT_EQ(Widgets().problems("{size: '2', tags: a}"),
            "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"\n"
            "spec.tags: Invalid value: \"string\": spec.tags in body must be of type array: \"string\"\n");
}

TEST(CustomResource, RequiredFieldsAreAskedFor) {
  // One cause for the field, in the place where it belongs.
  EXPECT_EQ(Widgets().problems("{mode: a}"), "spec.size: Required value\n");
  EXPECT_EQ(Widgets().problems("{size: 1, parts: [{weight: 2}]}"), "spec.parts[0].k: Required value\n");
}

TEST(CustomResource, SizesAreChecked) {
  // Lists and maps have bounds of their own.
  const Widgets widgets;
  EXPECT_EQ(widgets.problems("{size: 1, parts: []}"),
            "spec.parts: Invalid value: 0: spec.parts in body should have at least 1 items\n");
  EXPECT_EQ(widgets.problems("{size: 1, parts: [{k: a}, {k: b}, {k: c}]}"),
            "spec.parts: Too many: 3: must have at most 2 items\n");
  EXPECT_EQ(widgets.problems("{size: 1, limits: {}}"),
            "spec.limits: Invalid value: 0: spec.limits in body should have at least 1 properties\n");
  EXPECT_EQ(widgets.problems("{size: 1, limits: {a: 1, b: 2, c: 3}}"), "spec.limits: Too many: 3: must have at most 2 items\n");
}

TEST(CustomResource, EqualKeysOfListMapsAndSetsAreRefused) {
  // Two entries of one key could not be told apart by an apply.
  const Widgets widgets;
  EXPECT_EQ(widgets.problems("{size: 1, parts: [{k: a}, {k: a}]}"), "spec.parts[1]: Duplicate value: {\"k\":\"a\"}\n");
  EXPECT_EQ(widgets.problems("{size: 1, tags: [x, z, x]}"), "spec.tags[2]: Duplicate value: \"x\"\n");
}

TEST(CustomResource, CombinationsTellWhichDemandFailed) {
  // anyOf, oneOf, allOf and not, as the upstream definitions use them.
  const Widgets widgets;
  EXPECT_EQ(widgets.problems("{size: 1, choice: {}}"),
            "<nil>: Invalid value: \"\": \"spec.choice\" must validate one and only one schema (oneOf). Found none valid\n"
            "spec.choice.x: Required value\n");
  EXPECT_EQ(
      widgets.problems("{size: 1, choice: {x: a, w: b}}"),
      "<nil>: Invalid value: \"\": \"spec.choice\" must validate one and only one schema (oneOf). Found 2 valid alternatives\n");
  EXPECT_EQ(widgets.problems("{size: 1, choice: {x: a, z: b}}"),
            "<nil>: Invalid value: \"\": \"spec.choice\" must not validate the schema (not)\n");
  EXPECT_EQ(widgets.problems("{size: 1, both: ab}"), "");
  EXPECT_EQ(widgets.problems("{size: 1, both: bb}"),
            "spec.both: Invalid value: \"bb\": spec.both in body should match '^a'\n"
            "<nil>: Invalid value: \"\": \"spec.both\" must validate all the schemas (allOf)\n");
  EXPECT_EQ(widgets.problems("{size: 1, port: 80}"), "");
  EXPECT_EQ(widgets.problems("{size: 1, port: http}"), "");
  EXPECT_NE(widgets.problems("{size: 1, port: true}"), "");
}

TEST(CustomResource, AFractionOfZeroIsAnInteger) {
  // JSON from other languages writes 2.0 for 2, and controllers read integers.
  EXPECT_EQ(Widgets().stored("{size: !!float 2.0, mode: a, nested: {deep: x}}"),
            R"({"size":2,"mode":"a","nested":{"deep":"x"}})");
}

TEST(JsonPath, FindsWhatPrinterColumnsAskFor) {
  // The paths of the upstream definitions.
  const doc::Value object = yaml(
      "{spec: {hosts: [a, b], labels: {x.y: 1}}, status: {conditions: [{type: Ready, status: 'True'}, {type: Old, status: "
      "'False'}]}}");
  const auto first = [&](const char* text) {
    const auto path = JsonPath::parse(text);
    EXPECT_TRUE(path) << text;
    const doc::Value* found = path ? path->first(object) : nullptr;
    return found ? doc::to_json(*found) : "";
  };
  EXPECT_EQ(first(".spec.hosts"), R"(["a","b"])");
  EXPECT_EQ(first("{.spec.hosts[1]}"), R"("b")");
  EXPECT_EQ(first(".spec.hosts[-1]"), R"("b")");
  EXPECT_EQ(first(".spec.hosts[-1:]"), R"("b")");
  EXPECT_EQ(first(".spec.hosts[*]"), R"("a")");
  EXPECT_EQ(first(R"(.spec.labels.x\.y)"), "1");
  EXPECT_EQ(first(".spec.labels['x.y']"), "1");
  EXPECT_EQ(first(R"(.status.conditions[?(@.type=="Ready")].status)"), R"("True")");
  EXPECT_EQ(first(".status.conditions[?(@.type=='None')].status"), "");
  EXPECT_EQ(first(".status.absent[0]"), "");
}

TEST(JsonPath, TellsWhatItMayLookInto) {
  // What is kept packed is unpacked for such a path, and only for it.
  const auto enters = [](const char* text) { return JsonPath::parse(text)->may_enter("metadata", "managedFields"); };
  EXPECT_TRUE(enters(".metadata.managedFields[0].manager"));
  EXPECT_TRUE(enters(".metadata['managedFields'][*].time"));
  EXPECT_TRUE(enters(".metadata.*[0]"));
  EXPECT_FALSE(enters(".metadata.managedFields"));
  EXPECT_FALSE(enters(".metadata.name"));
  EXPECT_FALSE(enters(".spec.managedFields[0].manager"));
}

TEST(JsonPath, MalformedPathsAreRefused) {
  // They come with definitions from anywhere.
  for (const char* text : {"spec", ".spec[", ".spec[x]", ".spec['a", ".a[?(@.b==]", ".a[?(b)]", "."})
    EXPECT_FALSE(JsonPath::parse(text)) << text;
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += ".a";
  EXPECT_FALSE(JsonPath::parse(deep));
}

}  // namespace
}  // namespace graylane::api
