// Label and field selectors of requests. Values; matching is pure. Their texts are untrusted: at most 64 KiB and 1,000 requirements.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/status.h"
#include "doc/value.h"

namespace graylane::apiserver {

class LabelSelector {
 public:
  static Outcome<LabelSelector> parse(std::string_view text);
  bool empty() const { return requirements_.empty(); }
  /// `content`: of an object.
  bool matches(const doc::Value& content) const;

 private:
  enum class Operator : uint8_t { kIn, kNotIn, kExists, kAbsent, kGreater, kLess };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
    int64_t number = 0;  // of kGreater and kLess
    bool matches(const std::string* label) const;
  };
  class Parser;

  std::vector<Requirement> requirements_;
};

class FieldSelector {
 public:
  /// `kind` says which fields there are.
  static Outcome<FieldSelector> parse(std::string_view text, const api::Kind& kind);
  bool empty() const { return terms_.empty(); }
  bool matches(const doc::Value& content) const;
  /// The name that every match must have; null when it may be any.
  const std::string* name() const;

 private:
  struct Term {
    std::string path;
    std::string fallback;  // where the value is when the path leads to nothing; empty: nowhere
    std::string absent;    // the value of an object that has none
    std::string value;
    bool equal = true;
    bool matches(const doc::Value& content) const;
  };

  std::vector<Term> terms_;
};

}  // namespace graylane::apiserver
