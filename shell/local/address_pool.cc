#include "local/address_pool.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <utility>

namespace graylane::local {

namespace {

constexpr uint32_t kRangeSize = 65536 / LoopbackPool::kRanges;
constexpr uint32_t kAddressesMax = kRangeSize - 2;  // without the first and the last one, which look like names of networks

net::Fd claim_range(uint32_t range) {
  net::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "graylane.pods." + std::to_string(range);
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // a zero byte first: a name without a file
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (socket && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) socket.reset();
  return socket;
}

std::string address_at(uint32_t range, uint32_t index) {
  const uint32_t offset = range * kRangeSize + 1 + index;
  return "127.10." + std::to_string(offset >> 8) + "." + std::to_string(offset & 0xff);
}

}  // namespace

bool LoopbackPool::claim_any() {
  for (range_ = 0; range_ < kRanges && !claim_; ++range_) claim_ = claim_range(range_);
  if (claim_) --range_;
  return static_cast<bool>(claim_);
}

Result<std::string> LoopbackPool::take() {
  if (!claim_ && !claim_any()) {
    return fail(ErrorCode::kLimit, "all " + std::to_string(kRanges) + " ranges of Pod addresses on this machine are taken", {},
                "stop another running instance");
  }
  if (used_ < kAddressesMax) return address_at(range_, used_++);
  if (returned_.empty()) {
    return fail(ErrorCode::kLimit, "no Pod address is left: " + std::to_string(kAddressesMax) + " are in use", {},
                "run fewer replicas");
  }
  std::string address = std::move(returned_.front());
  returned_.pop_front();
  return address;
}

void LoopbackPool::give_back(const std::string& address) { returned_.push_back(address); }

}  // namespace graylane::local
