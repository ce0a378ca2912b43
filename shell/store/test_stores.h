// Stores for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "store/durable_store.h"
#include "store/memory_store.h"
#include "store/test_folder.h"

namespace graylane::store {

inline std::unique_ptr<DurableStore> open_store(const std::string& path, DurableStoreOptions options = {}) {
  auto store = DurableStore::open(path, std::move(options));
  if (store) return std::move(*store);
  ADD_FAILURE() << store.error().to_string();
  std::abort();
}

/// Facts that hold for every store: a test is run once for each.
class EveryStore : public testing::TestWithParam<const char*> {
 protected:
  bool durable() const { return std::string(GetParam()) == "Durable"; }

  Store& make(StoreOptions options = {}) {
    if (durable()) {
      stores_.push_back(open_store(folder_.file(std::to_string(stores_.size())), {.limits = options}));
    } else {
      stores_.push_back(std::make_unique<MemoryStore>(options));
    }
    return *stores_.back();
  }

 private:
  TestFolder folder_;
  std::vector<std::unique_ptr<Store>> stores_;
};

inline std::string name_of_store(const testing::TestParamInfo<const char*>& info) { return info.param; }

}  // namespace graylane::store
