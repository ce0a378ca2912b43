#include "doc/yaml_scalar.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doc/print.h"

namespace graylane::doc {
namespace {

std::string plain(std::string_view text) { return to_json(resolve_plain(text)); }

std::string tagged(std::string_view tag, std::string_view text) {
  const Result<Value> value = resolve_tagged("tag:yaml.org,2002:" + std::string(tag), text);
  return value ? to_json(*value) : value.error().what;
}

TEST(YamlScalar, WordsOfYaml11AreBooleans) {
  // Kubernetes' reader takes y and n too: a key or label "n" without quotes is false.
  for (auto text : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
    EXPECT_EQ(plain(text), "true") << text;
  for (auto text : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
    EXPECT_EQ(plain(text), "false") << text;
  for (auto text : {"yES", "tRUE", "oN", "nO", "yess"}) EXPECT_EQ(plain(text), '"' + std::string(text) + '"');
}

TEST(YamlScalar, NullHasFiveForms) {
  // An annotation without a value is null, not "".
  for (auto text : {"", "~", "null", "Null", "NULL"}) EXPECT_EQ(plain(text), "null") << text;
  EXPECT_EQ(plain("nULL"), "\"nULL\"");
}

TEST(YamlScalar, IntegersHaveBasesAndUnderscores) {
  // File modes are octal both ways; 08 is no octal and so a decimal.
  const std::pair<const char*, const char*> cases[] = {{"0", "0"},
                                                       {"10", "10"},
                                                       {"+1", "1"},
                                                       {"-10", "-10"},
                                                       {"1_000", "1000"},
                                                       {"017", "15"},
                                                       {"0o17", "15"},
                                                       {"0O17", "15"},
                                                       {"0x1F", "31"},
                                                       {"0X1f", "31"},
                                                       {"0b11", "3"},
                                                       {"0B1", "1"},
                                                       {"-0x10", "-16"},
                                                       {"08", "8"},
                                                       {"0x_0A_74_AE", "685230"},
                                                       {"-0b101010", "-42"},
                                                       {"0b-1", "-1"},
                                                       {"-0", "0"},
                                                       {"9223372036854775807", "9223372036854775807"},
                                                       {"-9223372036854775808", "-9223372036854775808"}};
  for (const auto& [text, json] : cases) EXPECT_EQ(plain(text), json) << text;
}

TEST(YamlScalar, IntegersBeyondInt64AreDoubles) {
  // JSON readers downstream would do the same, each in its own way.
  EXPECT_EQ(plain("9223372036854775808"), "9223372036854775808.0");
  EXPECT_EQ(plain("-9223372036854775809"), "-9223372036854775808");
  EXPECT_EQ(plain("18446744073709551616"), "18446744073709551616.0");
  EXPECT_EQ(plain("0xFFFFFFFFFFFFFFFF"), "18446744073709551616.0");
  EXPECT_EQ(plain("0x10000000000000000"), "\"0x10000000000000000\"");
}

TEST(YamlScalar, NumbersWithoutAFractionAreIntegers) {
  // "replicas: 1.0" works in Kubernetes: JSON carries it as 1.
  EXPECT_EQ(plain("1.0"), "1");
  EXPECT_EQ(plain("1e3"), "1000");
  EXPECT_EQ(plain("6.8523e+5"), "685230");
  EXPECT_EQ(plain("-0.0"), "0");
  EXPECT_EQ(plain("1."), "1");
}

TEST(YamlScalar, FloatsAreDecimal) {
  // And text that only looks like a number stays text.
  EXPECT_EQ(plain("0.1"), "0.1");
  EXPECT_EQ(plain(".5"), "0.5");
  EXPECT_EQ(plain("-.5"), "-0.5");
  EXPECT_EQ(plain("1_0.5"), "10.5");
  EXPECT_EQ(plain(".9_7"), "0.97");
  EXPECT_EQ(plain("1e-400"), "0");
  for (auto text : {"1e400", "._5", ".5_", ".", "-", "+", "1e", "1.2.3", "0x", "0b", "0b2", "0o8", "1:30", "-b_c", "50cent",
                    "0x1p3", "1-2", "--1", ".e5"}) {
    EXPECT_EQ(plain(text), '"' + std::string(text) + '"');
  }
}

TEST(YamlScalar, TimestampsStayText) {
  // creationTimestamp is text in JSON.
  EXPECT_EQ(plain("2015-02-24T18:19:39Z"), "\"2015-02-24T18:19:39Z\"");
  EXPECT_EQ(plain("2015-01-01"), "\"2015-01-01\"");
}

TEST(YamlScalar, InfinityAndNotANumberAreDoubles) {
  // The parser refuses them with a position; here they only must not be taken for text.
  for (auto text : {".inf", ".Inf", ".INF", "+.inf", "-.inf"}) EXPECT_TRUE(std::isinf(*resolve_plain(text).as_double())) << text;
  for (auto text : {".nan", ".NaN", ".NAN"}) EXPECT_TRUE(std::isnan(*resolve_plain(text).as_double())) << text;
}

TEST(YamlScalar, TagsDecideTheType) {
  // As they do for Kubernetes' reader, which refuses what does not fit.
  EXPECT_EQ(tagged("str", "1"), "\"1\"");
  EXPECT_EQ(tagged("str", ""), "\"\"");
  EXPECT_EQ(tagged("int", "1"), "1");
  EXPECT_EQ(tagged("float", "1"), "1.0");
  EXPECT_EQ(tagged("float", "1.1"), "1.1");
  EXPECT_EQ(tagged("bool", "yes"), "true");
  EXPECT_EQ(tagged("null", ""), "null");
  EXPECT_EQ(tagged("timestamp", "2015-01-01"), "\"2015-01-01\"");
  EXPECT_EQ(tagged("int", "x"), "\"x\" is not of the type !!int");
  EXPECT_EQ(tagged("int", "1.5"), "\"1.5\" is not of the type !!int");
  EXPECT_EQ(tagged("bool", "1"), "\"1\" is not of the type !!bool");
  EXPECT_EQ(*resolve_tagged("!custom", "1"), Value("1"));
}

TEST(YamlScalar, BinaryIsDecodedWhenItIsText) {
  // JSON cannot carry other bytes.
  EXPECT_EQ(tagged("binary", "aGk="), "\"hi\"");
  EXPECT_EQ(tagged("binary", "aGkh\naGk=\n"), "\"hi!hi\"");
  EXPECT_EQ(tagged("binary", ""), "\"\"");
  EXPECT_EQ(tagged("binary", "gIGC"), "the bytes of !!binary are not UTF-8 text, which JSON needs");
  for (auto text : {"a", "aG", "aGk", "aGk==", "a===", "=", "aG k=", "aGk=aGk="}) {
    EXPECT_EQ(tagged("binary", text), "the text is not base64, which !!binary asks for") << text;
  }
}

}  // namespace
}  // namespace graylane::doc
