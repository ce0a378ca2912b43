// DiskWatch: whether objects can be written, and who should know when that ends and when it is so again. As nobody else may write for
// hours, it tries an object of its own while they cannot. Lives in the loop's thread, no longer than what it is given.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "daemon/instance.h"
#include "net/event_loop.h"
#include "store/durable_store.h"

namespace graylane::daemon {

class DiskWatch {
 public:
  /// `path` of the store's file.
  DiskWatch(net::EventLoop& loop, store::DurableStore& store, std::string path, Reporter& reporter);

  /// Why objects cannot be written at this moment; nothing: they can.
  std::optional<Error> trouble() const;

 private:
  void look();
  void try_a_write();

  net::EventLoop& loop_;
  store::DurableStore& store_;
  const std::string path_;
  Reporter& reporter_;
  bool told_ = false;   // that objects cannot be written
  unsigned looks_ = 0;  // since then
  const std::shared_ptr<std::atomic<bool>> trying_ = std::make_shared<std::atomic<bool>>(false);  // the store outlives this
  net::CallbackTimer timer_{[this] { look(); }};
};

}  // namespace graylane::daemon
