#include "doc/print.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "doc/parse.h"

namespace graylane::doc {
namespace {

Value parse(std::string_view text) { return parse_yaml(text, nullptr).documents.at(0); }

std::string yaml_of(std::string_view text) { return to_yaml(Value(text)); }

TEST(ToJson, IsCompactOrIndented) {
  // Compact for lines that programs read, indented for people.
  const Value value = parse("{a: [1, {}], b: {c: \"x\\ny\"}, d: []}");
  EXPECT_EQ(to_json(value), R"({"a":[1,{}],"b":{"c":"x\ny"},"d":[]})");
  EXPECT_EQ(to_json(value, 2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"x\\ny\"\n  },\n  \"d\": []\n}");
}

TEST(ToJson, EscapesWhatReadersStumbleOver) {
  // Control characters, and what JavaScript or YAML take for line ends.
  EXPECT_EQ(to_json(Value("\"\\\n\t\r\x01\x7f\u2028\uFEFF灰")), R"("\"\\\n\t\r\u0001\u007f\u2028\ufeff灰")");
  EXPECT_EQ(to_json(Value("a\xFF")), "\"a\uFFFD\"");
}

TEST(ToJson, FindsWhatToEscapeWhereverItStands) {
  // Text is looked at in blocks, and each of their bytes counts.
  for (size_t size = 0; size < 80; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, '~');
      text[at] = at % 2 == 0 ? '"' : '\\';
      std::string quoted = '"' + text + '"';
      quoted.insert(at + 1, "\\");
      ASSERT_EQ(to_json(Value(text)), quoted);
    }
    ASSERT_EQ(to_json(Value(std::string(size, ' '))), '"' + std::string(size, ' ') + '"');
  }
}

TEST(Print, PackedLooksAsWhatItHolds) {
  // Nobody who prints an object has to know what its store packs.
  const Value tree = parse("{a: [{b: {c: \"x\\ny\"}}, []], d: {}}");
  const Value array(Array{tree, *tree.find("a")});
  const Value packed(Array{Value::packed(tree), Value::packed(*tree.find("a"))});
  EXPECT_EQ(to_json(packed), to_json(array));
  EXPECT_EQ(to_json(packed, 2), to_json(array, 2));
  EXPECT_EQ(to_yaml(packed), to_yaml(array));
  EXPECT_EQ(to_yaml(Value::packed(tree)), to_yaml(tree));
  Value holder = tree;
  holder.as_object()->set("a", Value::packed(*tree.find("a")));
  EXPECT_EQ(to_yaml(holder), to_yaml(tree));
}

TEST(ToYaml, LooksAsKubectlPrints) {
  // People compare it with what they know.
  const Value value = parse(
      "{spec: {rules: [{host: a.b, http: {paths: [{path: /, port: 80}]}}, x], none: {}, empty: []}, flag: true, nothing: null}");
  EXPECT_EQ(to_yaml(value), R"(spec:
  rules:
  - host: a.b
    http:
      paths:
      - path: /
        port: 80
  - x
  none: {}
  empty: []
flag: true
nothing: null
)");
}

TEST(ToYaml, NestsListsInLists) {
  // Rare, and easily printed wrong.
  EXPECT_EQ(to_yaml(parse("[[1, [2, {a: [3]}]], []]")), "- - 1\n  - - 2\n    - a:\n      - 3\n- []\n");
}

TEST(ToYaml, QuotesWhatWouldBeReadAsSomethingElse) {
  // The classic: the country code NO, the version 1.10, the port mapping 22:22.
  for (auto text :
       {"yes", "NO", "y",   "null", "~",    "",   "1.10", "0x1F", "1e3", "0b-1", ".inf", "22:22", "2001-01-01", "<<",
        "=",   " x", "x ",  "a: b", "a #b", "x:", "- x",  "-",    "---", "#x",   "*x",   "&x",    "!x",         "%x",
        "@x",  "`x", "\"x", "'x",   "[x",   "{x", "]",    "}",    ",",   "?",    "|",    ">",     "a\tb",       "\u0085"}) {
    EXPECT_TRUE(yaml_of(text).starts_with('"')) << text << " gives " << yaml_of(text);
  }
  for (auto text : {"x", "nginx:1.27", "--flag=x", "-x", "a b", "http://x/y?z#w", "灰度", "a'b\"c", "1.2.3", "10m", "/path", "$1",
                    "a, b", "x[0]"}) {
    EXPECT_EQ(yaml_of(text), std::string(text) + "\n");
  }
}

TEST(ToYaml, WritesLinesAsLiteralBlocks) {
  // Configuration in ConfigMaps stays readable.
  Object object;
  object.set("a", Value("l1\n\n  l3\n"));
  object.set("b", Value("l1\nl2"));
  object.set("c", Value("l1\n\n"));
  object.set("d", Value(" l1\nl2"));
  object.set("e", Value(Array{Value("l1\nl2\n")}));
  EXPECT_EQ(to_yaml(Value(object)),
            "a: |\n  l1\n\n    l3\nb: |-\n  l1\n  l2\nc: |+\n  l1\n\nd: \" l1\\nl2\"\ne:\n- |\n  l1\n  l2\n");
}

TEST(ToYaml, KeepsDoublesApartFromIntegers) {
  // Kubernetes' reader takes 1.0 for 1, so that only a tag brings it back.
  EXPECT_EQ(to_yaml(Value(1.0)), "!!float 1.0\n");
  EXPECT_EQ(to_yaml(Value(0.5)), "0.5\n");
  EXPECT_EQ(parse(to_yaml(Value(1.0))), Value(1.0));
}

/// Text from pieces that have a meaning to YAML or JSON.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"a",          "b",
                                                   "yes",        "1",
                                                   "0",          ".",
                                                   ":",          "-",
                                                   "#",          " ",
                                                   "  ",         "\n",
                                                   "\n\n",       "\t",
                                                   "\r",         "\"",
                                                   "'",          "\\",
                                                   "&",          "*",
                                                   "!",          "|",
                                                   ">",          "%",
                                                   "@",          "`",
                                                   "{",          "}",
                                                   "[",          "]",
                                                   ",",          "?",
                                                   "~",          "<<",
                                                   "=",          "_",
                                                   "e",          "x",
                                                   "---",        "...",
                                                   "灰",         "\u0085",
                                                   "\u2028",     "\uFEFF",
                                                   "\U0001F600", std::string(1, '\0'),
                                                   "\x7f",       "\u0080",
                                                   "\uFFFE",     std::string(600, 'k')};
  std::string text;
  for (size_t n = random() % 6; n > 0; --n) text += kPieces[random() % kPieces.size()];
  return text;
}

Value random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 6)) {
    case 0: return Value();
    case 1: return Value(random() % 2 == 0);
    case 2: return Value(static_cast<int64_t>(uint64_t{random()} << 32 | random()) >> random() % 64);
    case 3: return Value(std::ldexp(static_cast<double>(random()) - 2147483648.0, static_cast<int>(random() % 400) - 200));
    case 4:
    case 5: return Value(random_text(random));
    case 6: {
      Array array;
      for (size_t n = random() % 4; n > 0; --n) array.push_back(random_value(random, depth - 1));
      return Value(std::move(array));
    }
    default: {
      Object object;
      for (size_t n = random() % 4; n > 0; --n) object.set(random_text(random), random_value(random, depth - 1));
      return Value(std::move(object));
    }
  }
}

TEST(Print, ReadsBackAsTheSameValue) {
  // Whatever is printed may be edited and applied again.
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Value value(Array{random_value(random, 4)});
    const Parsed yaml = parse_yaml(to_yaml(value), nullptr);
    ASSERT_TRUE(yaml.documents.size() == 1 && yaml.documents[0] == value && yaml.diagnostics.empty()) << to_json(value) << "\n"
                                                                                                      << to_yaml(value);
    for (int indent : {0, 2}) {
      const Parsed json = parse_json(to_json(value, indent), nullptr);
      ASSERT_TRUE(json.documents.size() == 1 && json.documents[0] == value) << to_json(value);
    }
    ASSERT_EQ(parse(to_json(Value(Array{Value(random_text(random))}))).kind(), Value::Kind::kArray);
  }
}

}  // namespace
}  // namespace graylane::doc
