// JsonPath: what printer columns and field paths of CustomResourceDefinitions use of JSONPath: members (`.spec.size`,
// `['a.b']`, `.a\.b`), `[0]`, `[-1]`, `[*]`, `.*` and filters (`[?(@.type=="Ready")]`, with ==, !=, <, <=, >, >= or none). A value;
// safe from any thread. Paths are untrusted: at most 1,024 bytes and 32 steps.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "doc/value.h"

namespace graylane::api {

class JsonPath {
 public:
  static constexpr size_t kBytesMax = 1'024;
  static constexpr size_t kStepsMax = 32;

  /// With or without `{}` around it.
  static Result<JsonPath> parse(std::string_view text);

  /// All that it leads to, at most `kFoundMax`.
  static constexpr size_t kFoundMax = 1'000;
  std::vector<const doc::Value*> find(const doc::Value& root) const;
  /// The first of them; null when there is none.
  const doc::Value* first(const doc::Value& root) const;
  /// Whether it may look into this member of a member of the root.
  bool may_enter(std::string_view outer, std::string_view inner) const;

 private:
  enum class Test : uint8_t { kExists, kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  struct Step {
    enum class Type : uint8_t { kMember, kIndex, kAll, kFilter };
    Type type = Type::kMember;
    std::string name;                        // kMember
    int64_t index = 0;                       // kIndex; negative: from the end
    std::shared_ptr<const JsonPath> tested;  // kFilter: of each item
    Test test = Test::kExists;
    doc::Value wanted;

    void follow(const doc::Value& from, std::vector<const doc::Value*>& found) const;
    bool holds(const doc::Value& item) const;
  };
  class Parser;

  std::vector<Step> steps_;
};

}  // namespace graylane::api
