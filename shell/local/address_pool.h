// AddressPool: where Pods get their addresses. The one place that knows how: a network namespace per Pod would be another
// implementation. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "base/error.h"
#include "net/fd.h"

namespace graylane::local {

class AddressPool {
 public:
  virtual ~AddressPool() = default;

  /// An IP address that no other Pod has. kLimit: none is left.
  virtual Result<std::string> take() = 0;
  virtual void give_back(const std::string& address) = 0;
  /// A descriptor that keeps this pool's addresses ours while any process holds it; -1: none. Processes of Pods keep it, so
  /// that nobody takes over an address whose processes are still being killed.
  virtual int claim() const { return -1; }
};

/// Loopback addresses. 127.10.0.0/16 is cut into 16 ranges of 4094 addresses; each instance on the machine claims one by
/// binding a socket without a file ("@graylane.pods.N"), which the kernel frees when its last holder dies. An address that
/// was given back is used again as late as possible.
class LoopbackPool final : public AddressPool {
 public:
  static constexpr uint32_t kRanges = 16;

  /// kLimit: all ranges are claimed.
  static Result<std::unique_ptr<LoopbackPool>> create();

  Result<std::string> take() override;
  void give_back(const std::string& address) override;
  int claim() const override { return claim_.get(); }
  uint32_t range() const { return range_; }

 private:
  LoopbackPool(net::Fd claim, uint32_t range) : claim_(std::move(claim)), range_(range) {}

  net::Fd claim_;
  uint32_t range_;
  uint32_t used_ = 0;  // addresses that were taken at least once
  std::deque<std::string> returned_;
};

}  // namespace graylane::local
