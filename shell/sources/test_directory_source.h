// For tests: a directory, a store, and the source between them, which can be started again.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sources/directory.h"
#include "sources/test_directory.h"
#include "sources/test_kubectl.h"
#include "store/memory_store.h"

namespace graylane::sources {

class DirectorySourceTest : public testing::Test {
 public:
  Synced sync() {
    auto result = source_->sync(store);
    EXPECT_TRUE(result);
    return result ? *result : Synced();
  }
  void restart() { source_ = std::make_unique<DirectorySource>(dir.path()); }
  DirectorySource& source() { return *source_; }
  bool has(const api::ObjectKey& key) { return store.get(key).has_value(); }
  const api::Object& object(const api::ObjectKey& key) {
    EXPECT_TRUE(has(key)) << key.to_string();
    return *(held_ = store.get(key).value_or(std::make_shared<const api::Object>()));
  }
  static std::vector<std::string> ids(const Synced& synced) {
    std::vector<std::string> ids;
    for (const Diagnostic& diagnostic : synced.diagnostics) ids.push_back(diagnostic.id);
    return ids;
  }

  const TestDirectory dir;
  store::MemoryStore store;
  Kubectl kubectl{store};

 private:
  std::unique_ptr<DirectorySource> source_ = std::make_unique<DirectorySource>(dir.path());
  api::ObjectPtr held_;
};

}  // namespace graylane::sources
