#include "doc/parse.h"

#include <gtest/gtest.h>

#include "doc/print.h"

namespace graylane::doc {
namespace {

Parsed yaml(std::string_view text, const ParseLimits& limits = {}) {
  return parse_yaml(text, std::make_shared<const std::string>("f.yaml"), limits);
}

/// The only document as JSON; the first diagnostic instead when there is one.
std::string json_of(std::string_view text) {
  const Parsed parsed = yaml(text);
  if (!parsed.diagnostics.empty()) return parsed.diagnostics.front().message;
  if (parsed.documents.size() != 1) return std::to_string(parsed.documents.size()) + " documents";
  return to_json(parsed.documents.front());
}

Position position_of(const Value& value, std::string_view key) { return value.find(key) ? value.find(key)->at() : Position{}; }

TEST(ParseYaml, KeysAndValuesKnowTheirPlace) {
  // Explain and lint name the line and column; editors jump there.
  const Parsed parsed = yaml("# head\na: 1\nb:\n  - x\n  - {k: v}\nc: \"q\"\n");
  const Value& root = parsed.documents.at(0);
  EXPECT_EQ(root.at(), (Position{2, 1}));
  EXPECT_EQ(position_of(root, "a"), (Position{2, 4}));
  EXPECT_EQ(root.as_object()->find_member("b")->key_at, (Position{3, 1}));
  EXPECT_EQ(position_of(root, "b"), (Position{4, 3}));
  const Array& list = *root.find("b")->as_array();
  EXPECT_EQ(list[0].at(), (Position{4, 5}));
  EXPECT_EQ(list[1].at(), (Position{5, 5}));
  EXPECT_EQ(list[1].as_object()->begin()->key_at, (Position{5, 6}));
  EXPECT_EQ(position_of(list[1], "k"), (Position{5, 9}));
  EXPECT_EQ(position_of(root, "c"), (Position{6, 4}));
}

TEST(ParseYaml, ColumnsCountBytes) {
  // As the rest of the system does; libyaml counts characters.
  const Parsed parsed = yaml("\"灰度\": v\nx: {é: 1, z: 2}\n");
  const Value& root = parsed.documents.at(0);
  EXPECT_EQ(position_of(root, "灰度"), (Position{1, 11}));
  EXPECT_EQ(position_of(*root.find("x"), "z"), (Position{2, 15}));
}

TEST(ParseYaml, OnlyLineFeedsCountAsLines) {
  // libyaml counts U+2028 too; no editor does, and every position after it would be off.
  EXPECT_EQ(position_of(yaml("a: \"x\u2028y\"\nb: 1\n").documents.at(0), "b"), (Position{2, 4}));
}

TEST(ParseYaml, ByteOrderMarkIsAccepted) {
  // Windows editors write it.
  const Parsed parsed = yaml(
      "\xEF\xBB\xBF"
      "a: 1\n");
  EXPECT_TRUE(parsed.diagnostics.empty());
  EXPECT_EQ(parsed.documents.at(0).as_object()->begin()->key_at, (Position{1, 1}));
}

TEST(ParseYaml, CarriageReturnsAreLineEnds) {
  // Git on Windows writes them; values must not keep them.
  EXPECT_EQ(json_of("a: x\r\nb: |\r\n  l1\r\n  l2\r\n"), R"({"a":"x","b":"l1\nl2\n"})");
  EXPECT_EQ(position_of(yaml("a: x\r\nb: y\r\n").documents.at(0), "b"), (Position{2, 4}));
}

TEST(ParseYaml, BlockScalarsKeepTheirLineEnd) {
  // ingress-nginx compares header values with it: "x: |" never equals "always".
  EXPECT_EQ(json_of("x: |\n  a\n"), R"({"x":"a\n"})");
  EXPECT_EQ(json_of("x: |-\n  a\n"), R"({"x":"a"})");
  EXPECT_EQ(json_of("x: |+\n  a\n\n"), R"({"x":"a\n\n"})");
  EXPECT_EQ(json_of("x: >\n  a\n  b\n"), R"({"x":"a b\n"})");
  EXPECT_EQ(json_of("x: |\n  1\n"), R"({"x":"1\n"})");
}

TEST(ParseYaml, DocumentsAreSeparateAndEmptyOnesSkipped) {
  // Generated files are full of "---" with nothing or a comment behind.
  const Parsed parsed = yaml("---\n# none\n---\na: 1\n---\n---\nnull\n---\nb: 2\n...\n");
  ASSERT_EQ(parsed.documents.size(), 2u);
  EXPECT_TRUE(parsed.diagnostics.empty());
  EXPECT_EQ(parsed.documents[1].at(), (Position{9, 1}));
  EXPECT_TRUE(yaml("").documents.empty());
  EXPECT_TRUE(yaml("# only\n").documents.empty());
}

TEST(ParseYaml, DocumentsBeforeABrokenOneAreKept) {
  // One mistake must not take the whole file out of force.
  const Parsed parsed = yaml("a: 1\n---\nb: [\n---\nc: 3\n");
  ASSERT_EQ(parsed.documents.size(), 1u);
  ASSERT_EQ(parsed.diagnostics.size(), 1u);
  EXPECT_EQ(parsed.diagnostics[0].id, "yaml-syntax");
}

TEST(ParseYaml, AliasesAreExpanded) {
  // The copy keeps the place where the text is.
  const Parsed parsed = yaml("a: &x {k: [1, 2]}\nb: *x\nc: [*x, &y z, *y]\n");
  EXPECT_EQ(to_json(parsed.documents.at(0)), R"({"a":{"k":[1,2]},"b":{"k":[1,2]},"c":[{"k":[1,2]},"z","z"]})");
  EXPECT_EQ(position_of(*parsed.documents[0].find("b"), "k"), (Position{1, 11}));
}

TEST(ParseYaml, AnchorsMayBeRedefinedAndEndWithTheirDocument) {
  // As YAML has it; an alias across documents would tie unrelated objects.
  EXPECT_EQ(json_of("[&a 1, *a, &a 2, *a]"), "[1,1,2,2]");
  EXPECT_EQ(yaml("&a x\n---\n*a\n").diagnostics.at(0).id, "yaml-alias");
}

TEST(ParseYaml, AnchorsInDroppedAndMergedValuesAreKnown) {
  // They are not where their path would be looked for.
  EXPECT_EQ(json_of("a: {<<: &m {x: &v [1]}, w: *v}\nb: *m\n"), R"({"a":{"x":[1],"w":[1]},"b":{"x":[1]}})");
  const Parsed parsed = yaml("a: 1\na: &d {x: 2}\nb: *d\n");
  EXPECT_EQ(to_json(parsed.documents.at(0)), R"({"a":1,"b":{"x":2}})");
  EXPECT_EQ(json_of("&k key: *k\n"), R"({"key":"key"})");
}

TEST(ParseYaml, AnAliasInsideItsAnchorIsAnError) {
  // It would be endless.
  EXPECT_EQ(json_of("&a [*a]"), "the alias *a stands inside its own anchor");
}

TEST(ParseYaml, MergeKeysFillInWhatIsNotSet) {
  // Explicit keys win wherever they stand; of several sources the first wins.
  EXPECT_EQ(json_of("m: &m {x: 1, z: 2}\na: {<<: *m, x: 9}\nb: {x: 9, <<: *m}\n"),
            R"({"m":{"x":1,"z":2},"a":{"x":9,"z":2},"b":{"x":9,"z":2}})");
  EXPECT_EQ(json_of("{<<: [{a: 1}, {a: 2, b: 3}]}"), R"({"a":1,"b":3})");
  EXPECT_EQ(json_of("{\"<<\": 1}"), R"({"<<":1})");
  EXPECT_EQ(json_of("{<<: 1}"), "\"<<\" merges objects, and its value is none");
}

TEST(ParseYaml, AnExplicitKeyTwiceAfterAMergeIsADuplicate) {
  // The merged member may be replaced once, by the explicit one.
  EXPECT_EQ(yaml("{<<: {x: 1}, x: 2, x: 3}").diagnostics.at(0).id, "yaml-duplicate-key");
}

TEST(ParseYaml, DuplicateKeysKeepTheFirstValueAndGoOn) {
  // Two manifests without "---" between look so: the caller must learn which keys, and the second place.
  const Parsed parsed = yaml("apiVersion: v1\nmetadata:\n  labels: {app: a, app: b}\napiVersion: v2\nkind: [x, {z: 1, z: 2}]\n");
  EXPECT_EQ(to_json(parsed.documents.at(0)), R"({"apiVersion":"v1","metadata":{"labels":{"app":"a"}},"kind":["x",{"z":1}]})");
  ASSERT_EQ(parsed.diagnostics.size(), 3u);
  EXPECT_EQ(parsed.diagnostics[0].field, "metadata.labels.app");
  EXPECT_EQ(parsed.diagnostics[1].field, "apiVersion");
  EXPECT_EQ(parsed.diagnostics[1].where.at, (Position{4, 1}));
  EXPECT_EQ(parsed.diagnostics[1].message, "the key \"apiVersion\" is already set in line 1, column 1");
  EXPECT_EQ(parsed.diagnostics[2].field, "kind[1].z");
}

TEST(ParseYaml, DuplicatesInsideADuplicateAreNotTopLevel) {
  // Else a caller would take them for a second manifest.
  const Parsed parsed = yaml("m: 1\nm: {kind: 1, kind: 2}\n");
  ASSERT_EQ(parsed.diagnostics.size(), 2u);
  EXPECT_EQ(parsed.diagnostics[1].field, "m.kind");
}

TEST(ParseYaml, KeysThatAreNoWordsAreBracketedInPaths) {
  // "metadata.annotations.a.b/c" would be ambiguous; Kubernetes writes brackets.
  EXPECT_EQ(yaml("annotations: {a.b/c: 1, a.b/c: 2}").diagnostics.at(0).field, "annotations[a.b/c]");
}

TEST(ParseYaml, KeysThatAreNotTextBecomeText) {
  // As Kubernetes converts them, down to single precision.
  EXPECT_EQ(json_of("{1: a, 0x10: b, 1.5: c, 1234567.5: d, true: e}"),
            R"({"1":"a","16":"b","1.5":"c","1.2345675e+06":"d","true":"e"})");
  EXPECT_EQ(json_of("on: x\n"), "the key on is read as a boolean, so that it becomes \"true\"");
  EXPECT_EQ(json_of("~: x\n"), "null or nothing cannot be a key");
  EXPECT_EQ(json_of("? [a]\n: x\n"), "a list cannot be a key");
  EXPECT_EQ(json_of("? {a: 1}\n: x\n"), "an object cannot be a key");
}

TEST(ParseYaml, LargeObjectsFindDuplicatesQuickly) {
  // A linear search would take minutes, which is a way to stop the system.
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const Parsed parsed = yaml(text + "k31234: 2\n");
  ASSERT_EQ(parsed.diagnostics.size(), 1u);
  EXPECT_EQ(parsed.diagnostics[0].field, "k31234");
  EXPECT_EQ(parsed.documents.at(0).as_object()->size(), 50'000u);
}

TEST(ParseJson, PositionsAreExact) {
  // Files of both kinds are explained alike.
  const Parsed parsed = parse_json("{\n  \"灰\": [1,\n   {\"k\" : \"v\"}]}", nullptr);
  const Value& root = parsed.documents.at(0);
  EXPECT_EQ(root.at(), (Position{1, 1}));
  EXPECT_EQ(root.as_object()->begin()->key_at, (Position{2, 3}));
  const Array& list = *root.find("灰")->as_array();
  EXPECT_EQ(list[0].at(), (Position{2, 11}));
  EXPECT_EQ(position_of(list[1], "k"), (Position{3, 11}));
}

TEST(ParseJson, NumbersKeepTheirKind) {
  // 2^53 and more must not pass through a double; what int64 cannot hold is a double.
  const Value root =
      parse_json("[9007199254740993, -9223372036854775808, 9223372036854775808, 1.0, 1e2, 1e-400]", nullptr).documents.at(0);
  EXPECT_EQ(to_json(root), "[9007199254740993,-9223372036854775808,9223372036854775808.0,1.0,100.0,0.0]");
}

TEST(ParseJson, EscapesAreDecoded) {
  // Also those of pairs, and of NUL.
  EXPECT_EQ(*parse_json(R"("a\n\u00e9\ud83d\ude00\u0000b")", nullptr).documents.at(0).as_string(),
            std::string("a\n\u00e9\U0001F600\0b", 10));
}

TEST(ParseJson, ScalarsAndNullAreDocuments) {
  // A merge patch may be one.
  EXPECT_TRUE(parse_json(" null ", nullptr).documents.at(0).is_null());
  EXPECT_EQ(parse_json("\xEF\xBB\xBFtrue", nullptr).documents.at(0), Value(true));
}

}  // namespace
}  // namespace graylane::doc
