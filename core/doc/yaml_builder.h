// YamlBuilder: builds Values from YAML events, one document at a time. Used by one parse; not thread-safe.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "doc/key_index.h"
#include "doc/parse.h"
#include "doc/reporter.h"
#include "doc/yaml_events.h"

namespace graylane::doc {

class YamlBuilder {
 public:
  YamlBuilder(YamlEvents& events, Reporter& reporter, const ParseLimits& limits)
      : events_(events), reporter_(reporter), limits_(limits) {}

  /// Reads the next document's content into `document`, up to and without the event that ends it. False when parsing must
  /// stop: the syntax is broken (reported only if `reports_syntax`) or a limit is exceeded.
  bool build_document(Value& document, bool reports_syntax);

 private:
  // The value being built is always a child of the innermost open container: the one at `index`, or a detached one (the second
  // value of a duplicate key, what a merge key merges, a key that is no plain text).
  struct Open {
    Value* container;
    size_t index = 0;
    Value* detached = nullptr;
    std::string_view detached_key = {};
  };
  // Where an anchored value is: containers grow while they are built, so an address would not last.
  struct Anchor {
    Value* root;
    std::vector<size_t> path;
  };
  struct Mapping {
    Object& object;
    KeyIndex keys;
    std::set<size_t> merged;  // indices of members that came from a merge key; explicit keys replace them
  };
  struct Size {
    size_t nodes = 0;
    size_t bytes = 0;
    size_t depth = 0;
  };

  bool next(YamlEvent& event);
  bool build(const YamlEvent& event, Value& into);
  bool build_scalar(const YamlEvent& event, Value& into);
  bool build_sequence(const YamlEvent& event, Value& into);
  bool build_mapping(const YamlEvent& event, Value& into);
  bool build_alias(const YamlEvent& event, Value& into);
  bool build_member(const YamlEvent& key, Mapping& mapping);
  bool build_named(std::string name, Position at, Mapping& mapping);
  bool build_merge(const YamlEvent& key, Mapping& mapping);
  /// Null when parsing must stop.
  Value* build_detached(const YamlEvent& event, std::string_view key);
  /// `name` stays empty (not "") when the key cannot be one, which is then reported.
  bool read_key(const YamlEvent& event, std::optional<std::string>& name);
  void merge_from(const Value& source, Mapping& mapping);

  bool enter(Value& container);
  void leave() { open_.pop_back(); }
  bool define_anchor(const YamlEvent& event);
  Value* find_anchor(std::string_view name);
  /// Counts a copy of the value against the limits on aliases.
  bool charge(const Value& value, Position at);
  void measure(const Value& value, size_t depth, Size& size) const;
  std::string path_of(std::string_view key) const;
  bool stop(std::string id, Position at, std::string message, std::string fix = {});

  YamlEvents& events_;
  Reporter& reporter_;
  const ParseLimits& limits_;
  bool reports_syntax_ = true;
  Value* root_ = nullptr;
  std::vector<Open> open_;
  std::deque<Value> detached_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  size_t nodes_ = 0;
  size_t alias_nodes_ = 0;
  size_t alias_bytes_ = 0;
};

}  // namespace graylane::doc
