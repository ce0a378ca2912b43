// Values for the tests of this folder, written as JSON or YAML.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "doc/parse.h"
#include "doc/print.h"
#include "doc/value.h"

namespace graylane::patch {

/// The one document of the text (JSON is YAML).
inline doc::Value value_of(std::string_view text) {
  doc::Parsed parsed = doc::parse_yaml(text, nullptr);
  EXPECT_TRUE(parsed.diagnostics.empty()) << text;
  EXPECT_EQ(parsed.documents.size(), 1u) << text;
  return parsed.documents.empty() ? doc::Value() : parsed.documents[0];
}

inline testing::AssertionResult same(const doc::Value& actual, const doc::Value& expected) {
  if (actual == expected) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "is       " << doc::to_json(actual) << "\nexpected " << doc::to_json(expected);
}

inline testing::AssertionResult same(const doc::Value& actual, std::string_view expected) {
  return same(actual, value_of(expected));
}

}  // namespace graylane::patch
