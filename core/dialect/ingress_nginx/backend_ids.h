// BackendIds: numbers for upstream keys; a key keeps its number from table to table while any component uses it. A value; not
// thread-safe.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "route/table.h"

namespace graylane::ingress_nginx {

class BackendIds {
 public:
  /// To be given back once for each time it is taken.
  route::BackendId take(const std::string& key) {
    const auto [place, is_new] = ids_.try_emplace(key);
    if (is_new) place->second.id = new_id();
    ++place->second.users;
    return place->second.id;
  }
  void give_back(const std::string& key) {
    if (--ids_.at(key).users == 0) unused_.insert(key);
  }
  /// Frees the keys that nobody has taken again; returns their ids.
  std::vector<route::BackendId> free_unused() {
    std::vector<route::BackendId> freed;
    for (const std::string& key : unused_) {
      const auto found = ids_.find(key);
      if (found->second.users > 0) continue;
      freed.push_back(found->second.id);
      ids_.erase(found);
    }
    unused_.clear();
    free_.insert(free_.end(), freed.begin(), freed.end());
    return freed;
  }

 private:
  struct Use {
    route::BackendId id = 0;
    size_t users = 0;
  };

  route::BackendId new_id() {
    if (free_.empty()) return next_++;
    const route::BackendId id = free_.back();
    free_.pop_back();
    return id;
  }

  std::unordered_map<std::string, Use> ids_;
  std::unordered_set<std::string> unused_;
  std::vector<route::BackendId> free_;
  route::BackendId next_ = 0;
};

}  // namespace graylane::ingress_nginx
