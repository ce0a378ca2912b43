// What authors see when a file is broken, as golden text, and the limits that hold against hostile files.
#include <gtest/gtest.h>

#include "doc/parse.h"

namespace graylane::doc {
namespace {

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += to_string(diagnostic) + "\n";
  return text;
}

std::string yaml_errors(std::string_view text, const ParseLimits& limits = {}) {
  return text_of(parse_yaml(text, std::make_shared<const std::string>("f"), limits).diagnostics);
}

std::string json_errors(std::string_view text, const ParseLimits& limits = {}) {
  const Parsed parsed = parse_json(text, std::make_shared<const std::string>("f"), limits);
  return text_of(parsed.diagnostics) + (parsed.documents.empty() ? "" : "a document\n");
}

struct Case {
  std::string_view text;
  std::string_view errors;
};

TEST(YamlErrors, AreGoldenText) {
  // Each says what, where and how to mend it; the place is the mistake's, not where the parser gave up.
  const Case cases[] = {
      {"a:\n\tb: 1\n", "f:2:1: error: a tab is used for indentation [yaml-syntax]\n    fix: indent with spaces\n"},
      {"a:\n  b: 1\n \tc: 2\n", "f:3:2: error: a tab is used for indentation [yaml-syntax]\n    fix: indent with spaces\n"},
      {"a: b: c\n",
       "f:1:5: error: a ':' is not allowed here [yaml-syntax]\n    fix: put a value that contains ': ' in quotes, or correct the "
       "indentation of "
       "this line or the one above\n"},
      {"a: @x\n", "f:1:4: error: a value cannot begin with '@' [yaml-syntax]\n    fix: put the value in quotes\n"},
      {"a: 1\nbroken\nc: 2\n",
       "f:2:1: error: this line is no \"key: value\" and no list item [yaml-syntax]\n    fix: add the missing ':' with a space "
       "after it, or correct "
       "the indentation\n"},
      {"a:\n  b: 1\n c: 2\n",
       "f:3:2: error: this line does not fit the indentation of the keys above [yaml-syntax]\n    fix: indent it as the other "
       "keys of the same object\n"},
      {"a:\n  - x\n  y\n",
       "f:3:3: error: this line is no \"key: value\" and no list item [yaml-syntax]\n    fix: add the missing ':' with a space "
       "after it, or correct "
       "the indentation\n"},
      {"a: [1,\n", "f:2:1: error: the file ends inside a list or object [yaml-syntax]\n    fix: add the closing ']' or '}'\n"},
      {"a: [1\nb: 2\n",
       "f:1:4: error: the list that begins here with '[' is not closed [yaml-syntax]\n    fix: add ',' or ']'\n"},
      {"a: {b: 1\n", "f:1:4: error: the object that begins here with '{' is not closed [yaml-syntax]\n    fix: add ',' or '}'\n"},
      {"a: \"x\n",
       "f:1:4: error: the quoted text that begins here is not closed [yaml-syntax]\n    fix: add the closing quote\n"},
      {"a: \"\\q\"\n",
       "f:1:5: error: unknown escape in double quotes [yaml-syntax]\n    fix: write '\\\\' for a backslash, or use single "
       "quotes\n"},
      {"a: 'é' x\n",
       "f:1:9: error: text after the end of the value [yaml-syntax]\n    fix: put the whole value in quotes, or remove the "
       "text\n"},
      {"a: *\n",
       "f:1:5: error: '*' and '&' begin an alias or an anchor, which needs a name [yaml-syntax]\n    fix: put the value in "
       "quotes\n"},
      {"a: - x\n", "f:1:4: error: a list item is not allowed here [yaml-syntax]\n    fix: begin the list on a line of its own\n"},
      {"{a: 1}\nb: 2\n",
       "f:2:1: error: content after the end of the document [yaml-syntax]\n    fix: put \"---\" between documents\n"},
      {"a: !x!y z\n",
       "f:1:4: error: unknown tag [yaml-syntax]\n    fix: remove the word that begins with '!', or put it in quotes\n"},
      {"a: *b\n",
       "f:1:4: error: no anchor &b comes before this alias [yaml-alias]\n    in: a\n    fix: define the anchor in the same "
       "document, or put the value in "
       "quotes\n"},
      {"a: {b: [0, .inf]}\n",
       "f:1:12: error: \".inf\" is read as a number that JSON cannot carry [yaml-value]\n    in: a.b[1]\n    fix: put it in "
       "quotes if text is meant\n"},
      {"a: !!int x\n",
       "f:1:4: error: \"x\" is not of the type !!int [yaml-value]\n    in: a\n    fix: correct the value, or remove the tag\n"},
      {"a: {b: 1}\n{}: 2\n",
       "f:2:1: error: an object cannot be a key [yaml-key]\n    fix: write the key as text, in quotes if need be\n"},
      {"a: 1\na: 2\n",
       "f:2:1: error: the key \"a\" is already set in line 1, column 1 [yaml-duplicate-key]\n    in: a\n    fix: remove one of "
       "the two\n"},
      {"x: \xC3(\n", "f:1:4: error: byte 0xC3 is not UTF-8 [text-encoding]\n    fix: save the file as UTF-8\n"},
      {"é: \x01\n",
       "f:1:5: error: control character U+0001 is not allowed [text-encoding]\n    fix: remove it, or write it as an escape in "
       "double quotes\n"},
      {"\xFF\xFE"
       "a",
       "f:1:1: error: the file is UTF-16 or UTF-32 [text-encoding]\n    fix: save the file as UTF-8\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(yaml_errors(c.text), c.errors) << c.text;
}

TEST(JsonErrors, AreGoldenText) {
  // A JSON file is strict JSON: what YAML would let pass, kubectl and others refuse.
  const Case cases[] = {
      {R"({"a":1,})", "f:1:7: error: a ',' before the closing bracket [json-syntax]\n    fix: remove it\n"},
      {"[1,\n2\n,]", "f:3:1: error: a ',' before the closing bracket [json-syntax]\n    fix: remove it\n"},
      {"[1 2]", "f:1:4: error: ',' or ']' is missing here [json-syntax]\n    fix: add it\n"},
      {R"({"a" 1})", "f:1:6: error: ':' is missing after the key [json-syntax]\n    fix: add it\n"},
      {R"({"a":1 "b":2})", "f:1:8: error: ',' or '}' is missing here [json-syntax]\n    fix: add it\n"},
      {"{a: 1}", "f:1:2: error: a key in double quotes is missing here [json-syntax]\n    fix: put the key in double quotes\n"},
      {"{'a': 1}", "f:1:2: error: a key in double quotes is missing here [json-syntax]\n    fix: write \" instead of '\n"},
      {"['a']", "f:1:2: error: text must be in double quotes [json-syntax]\n    fix: write \" instead of '\n"},
      {"[tru]", "f:1:2: error: \"tru\" is no JSON value [json-syntax]\n    fix: put text in double quotes\n"},
      {"[01]",
       "f:1:2: error: \"01\" is no number as JSON writes it [json-syntax]\n    fix: write digits without a leading 0 or +\n"},
      {"[1e999]", "f:1:2: error: the number is too large [json-syntax]\n    fix: write a smaller number, or text in quotes\n"},
      {"{\"a\": [1}", "f:1:9: error: ',' or ']' is missing here [json-syntax]\n    fix: add it\n"},
      {"{\"a\": [1]", "f:1:1: error: the object that begins here is not closed [json-syntax]\n    fix: add '}'\n"},
      {"{\"a\": 1}}", "f:1:9: error: content after the end of the value [json-syntax]\n    fix: keep one value in a JSON file\n"},
      {"{} {}", "f:1:4: error: content after the end of the value [json-syntax]\n    fix: keep one value in a JSON file\n"},
      {"1],[2", "f:1:2: error: content after the end of the value [json-syntax]\n    fix: keep one value in a JSON file\n"},
      {"[\"a]", "f:1:2: error: the text that begins here is not closed [json-syntax]\n    fix: add the closing '\"'\n"},
      {"[\"a\nb\"]",
       "f:1:4: error: a line end or control character inside a text [json-syntax]\n    fix: write it as an escape such as \\n\n"},
      {R"(["\q"])", "f:1:3: error: unknown escape [json-syntax]\n    fix: write \\\\ for a backslash\n"},
      {R"(["\u12"])", "f:1:3: error: unknown escape [json-syntax]\n    fix: write \\\\ for a backslash\n"},
      {R"(["\ud800x"])",
       "f:1:3: error: half of a surrogate pair [json-syntax]\n    fix: write both halves, or the character itself\n"},
      {"[1, // one\n]",
       "f:1:5: error: JSON has no comments [json-syntax]\n    fix: remove the comment, or name the file .yaml\n"},
      {"[,1]", "f:1:2: error: a value is missing here [json-syntax]\n    fix: write the value, or null\n"},
      {" ", "f:1:2: error: the file has no value [json-syntax]\n"},
      {"[\"\xFF\"]", "f:1:3: error: byte 0xFF is not UTF-8 [text-encoding]\n    fix: save the file as UTF-8\n"},
      {R"({"m": {"a":1, "a":2}})",
       "f:1:15: error: the key \"a\" is already set in line 1, column 8 [json-duplicate-key]\n    in: m.a\n    fix: remove one "
       "of the two\na document\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(json_errors(c.text), c.errors) << c.text;
}

TEST(YamlErrors, ABadByteKeepsTheDocumentsBefore) {
  // libyaml reads ahead, so that without care it would lose them.
  const Parsed parsed = parse_yaml("a: 1\n---\nb: 2\nc: \xFF\n", nullptr);
  EXPECT_EQ(parsed.documents.size(), 1u);
  EXPECT_EQ(parsed.diagnostics.size(), 1u);
  EXPECT_EQ(parse_yaml("a: 1\n---\n# \xFF", nullptr).documents.size(), 1u);
}

TEST(ParseLimits, SizeIsLimited) {
  // Before anything is parsed or copied.
  EXPECT_EQ(yaml_errors("a: 12345", {.bytes_max = 7}),
            "f:1:1: error: the file has more than 7 bytes [document-too-large]\n    fix: split the file\n");
  EXPECT_EQ(json_errors("[123456]", {.bytes_max = 7}),
            "f:1:1: error: the file has more than 7 bytes [document-too-large]\n    fix: split the file\n");
  EXPECT_EQ(yaml_errors("[1, 2, 3]", {.nodes_max = 3}),
            "f:1:8: error: the file has more than 3 values [document-too-large]\n    fix: split the file\n");
  EXPECT_EQ(json_errors("[1, 2, 3]", {.nodes_max = 3}),
            "f:1:8: error: the file has more than 3 values [document-too-large]\n    fix: split the file\n");
}

TEST(ParseLimits, DepthIsLimited) {
  // Values are built, compared and destroyed by recursion.
  const std::string deep(200'000, '[');
  const std::string at_limit = std::string(100, '[') + std::string(100, ']');
  EXPECT_EQ(yaml_errors(deep),
            "f:1:101: error: values are nested deeper than 100 levels [yaml-depth]\n    fix: flatten the document\n");
  EXPECT_EQ(json_errors(at_limit.substr(0, 100) + "[" + "]" + at_limit.substr(100)),
            "f:1:101: error: values are nested deeper than 100 levels [json-depth]\n    fix: flatten the document\n");
  EXPECT_EQ(json_errors(deep),
            "f:1:101: error: values are nested deeper than 100 levels [json-depth]\n    fix: flatten the document\n");
  EXPECT_EQ(yaml_errors(at_limit), "");
  EXPECT_EQ(json_errors(at_limit), "a document\n");
  std::string blocks;
  for (int i = 0; i < 3000; ++i) blocks += "- ";
  EXPECT_EQ(yaml_errors(blocks),
            "f:1:201: error: values are nested deeper than 100 levels [yaml-depth]\n    fix: flatten the document\n");
}

TEST(ParseLimits, AliasesCannotExplode) {
  // "Billion laughs": ten lines that expand to gigabytes, by nodes, by text, or by depth.
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb += name + ": &" + name + " [" + below;
    for (int k = 0; k < 8; ++k) bomb += ", " + below;
    bomb += "]\n";
  }
  EXPECT_EQ(yaml_errors(bomb),
            "f:6:10: error: aliases expand to more than 100000 values or 16777216 bytes of text [yaml-alias-limit]\n    fix: "
            "write the values out\n");
  std::string text_bomb = "a: &a " + std::string(1'000'000, 'x') + "\nb:\n";
  for (int i = 0; i < 20; ++i) text_bomb += "- *a\n";
  EXPECT_NE(yaml_errors(text_bomb).find("f:19:3: error: aliases expand"), std::string::npos);
  std::string chain = "- &a0 []\n";
  for (int i = 1; i < 200; ++i) chain += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_NE(yaml_errors(chain).find("error: aliases nest values deeper than 100 levels [yaml-depth]"), std::string::npos);
  std::string merges = "a: &a {k: [1, 2, 3]}\nb:\n";
  for (int i = 0; i < 10; ++i) merges += "- {<<: *a}\n";
  EXPECT_NE(yaml_errors(merges, {.alias_nodes_max = 30}).find("[yaml-alias-limit]"), std::string::npos);
  EXPECT_NE(yaml_errors("[&a 1, &b 2, &c 3, &d 4]", {.alias_nodes_max = 3}).find("more than 3 anchors"), std::string::npos);
}

TEST(ParseLimits, DiagnosticsAreCapped) {
  // A file of a million duplicates must not become a million messages; the one that ends the parse is never dropped.
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a: 1\n";
  EXPECT_EQ(parse_yaml(text, nullptr).diagnostics.size(), 100u);
  const Parsed parsed = parse_yaml(text + "b: [\n", nullptr);
  ASSERT_EQ(parsed.diagnostics.size(), 100u);
  EXPECT_EQ(parsed.diagnostics.back().id, "yaml-syntax");
}

}  // namespace
}  // namespace graylane::doc
