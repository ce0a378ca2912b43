// MemoryStore: a Store that keeps nothing beyond the process. A write is done when submit returns.
#pragma once

#include <mutex>

#include "store/store.h"

namespace graylane::store {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(StoreOptions options = {});

  void submit(std::vector<control::Change> changes, Done done) override;

 private:
  Result<control::Written> carry_out(std::vector<control::Change> changes);

  const StoreOptions options_;
  std::mutex writing_;
};

}  // namespace graylane::store
