// LabelIndex: names by label, so that a selector is matched against a few candidates instead of a whole namespace. A value;
// not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "api/labels.h"

namespace graylane::api {

class LabelIndex {
 public:
  using Label = std::pair<std::string, std::string>;
  using Names = std::set<std::string>;

  void add(const Label& label, const std::string& name) { names_[label].insert(name); }

  void remove(const Label& label, const std::string& name) {
    const auto entry = names_.find(label);
    if (entry == names_.end()) return;
    entry->second.erase(name);
    if (entry->second.empty()) names_.erase(entry);
  }

  /// Null when no name has that label.
  const Names* find(const Label& label) const {
    const auto entry = names_.find(label);
    return entry == names_.end() ? nullptr : &entry->second;
  }

  /// The label of a non-empty selector that the fewest names have.
  Label rarest(const Labels& selector) const {
    const auto count = [this](const Label& label) {
      const Names* names = find(label);
      return names ? names->size() : 0;
    };
    return *std::ranges::min_element(selector, {}, count);
  }

 private:
  std::map<Label, Names> names_;
};

}  // namespace graylane::api
