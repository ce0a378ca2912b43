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

  /// An IP address that no other Pod has. kLimit: none is left, or other instances have them all.
  virtual Result<std::string> take() = 0;
  virtual void give_back(const std::string& address) = 0;
  /// A descriptor that keeps this pool's addresses ours while any process holds it; -1: none. Processes of Pods keep it, so
  /// that nobody takes over an address whose processes are still being killed.
  virtual int claim() const { return -1; }
};

/// Loopback addresses. 127.10.0.0/16 is cut into 64 ranges of 1022 addresses; each instance on the machine claims one, when its
/// first Pod needs an address, by binding a socket without a file ("@graylane.pods.N"), which the kernel frees when its last
/// holder dies. An address that was given back is used again as late as possible.
class LoopbackPool final : public AddressPool {
 public:
  static constexpr uint32_t kRanges = 64;

  Result<std::string> take() override;
  void give_back(const std::string& address) override;
  int claim() const override { return claim_.get(); }
  uint32_t range() const { return range_; }  // after the first take()

 private:
  bool claim_any();

  net::Fd claim_;  // empty before the first take()
  uint32_t range_ = 0;
  uint32_t used_ = 0;  // addresses that were taken at least once
  std::deque<std::string> returned_;
};

}  // namespace graylane::local
