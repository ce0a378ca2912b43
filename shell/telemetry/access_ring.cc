#include "telemetry/access_ring.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "telemetry/access_codec.h"

namespace graylane::telemetry {

namespace {

// A frame is its size, then its bytes, padded so that the next size is aligned. It never wraps round: what is left at the
// ring's end is skipped, and a size of kSkip says so.
constexpr size_t kAlign = 8;
constexpr size_t kSizeBytes = 8;
constexpr uint64_t kSkip = UINT64_MAX;

// A ring is handed over in parts at least as often as this.
constexpr size_t kPartsPerRing = 4;

size_t frame_size(size_t bytes) { return kSizeBytes + (bytes + kAlign - 1) / kAlign * kAlign; }

void put_size(char* place, uint64_t size) { std::memcpy(place, &size, sizeof size); }
uint64_t get_size(const char* place) {
  uint64_t size = 0;
  std::memcpy(&size, place, sizeof size);
  return size;
}

}  // namespace

WriterBell::WriterBell() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
WriterBell::~WriterBell() {
  if (fd_ >= 0) ::close(fd_);
}

void WriterBell::ring() {
  // Whoever turns the flag makes the system call.
  if (asleep_.exchange(false, std::memory_order_seq_cst)) wake();
}

void WriterBell::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);  // fails only when it is already set
}

void WriterBell::clear() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(fd_, &count, sizeof count);
}

AccessRing::AccessRing(size_t bytes, WriterBell& bell)
    : size_(std::bit_ceil(std::max(bytes, 2 * frame_size(kEncodedBytesMax)))),
      bytes_(std::make_unique_for_overwrite<char[]>(size_)),  // pages that are never used cost nothing
      bell_(bell) {}

char* AccessRing::reserve(size_t bytes) {
  const size_t place = written_ & (size_ - 1);
  const size_t to_end = size_ - place;
  const size_t skipped = to_end < bytes ? to_end : 0;
  const auto fits = [&] { return size_ - (written_ - tail_seen_) >= skipped + bytes; };
  if (!fits()) {
    tail_seen_ = tail_.load(std::memory_order_acquire);
    if (!fits()) return nullptr;
  }
  if (skipped != 0) {
    put_size(bytes_.get() + place, kSkip);
    written_ += skipped;
  }
  return bytes_.get() + (written_ & (size_ - 1));
}

bool AccessRing::append(const AccessEntry& entry) {
  const size_t bytes = encoded_size(entry);
  char* place = reserve(frame_size(bytes));
  if (place == nullptr) {
    flush();  // what is there has to be written before there is room
    return false;
  }
  put_size(place, bytes);
  encode_entry(entry, place + kSizeBytes);
  written_ += frame_size(bytes);
  if (written_ - published_ >= size_ / kPartsPerRing) publish();  // a long turn
  return true;
}

void AccessRing::publish() {
  published_ = written_;
  // Sequentially consistent, as the writer's flag is: either the writer sees these entries or we see that it sleeps.
  head_.store(published_, std::memory_order_seq_cst);
  bell_.ring_if_asleep();
  if (written_ - woken_ < size_ / kPartsPerRing) return;
  woken_ = written_;
  bell_.wake();  // the writer may be waiting for more to come, while the ring fills up
}

std::string_view AccessRing::front() {
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail == head_.load(std::memory_order_seq_cst)) return {};
  const char* place = bytes_.get() + (tail & (size_ - 1));
  if (get_size(place) == kSkip) {
    tail += size_ - (tail & (size_ - 1));
    tail_.store(tail, std::memory_order_release);
    place = bytes_.get();
  }
  return {place + kSizeBytes, get_size(place)};
}

void AccessRing::pop() {
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  const char* place = bytes_.get() + (tail & (size_ - 1));
  tail_.store(tail + frame_size(get_size(place)), std::memory_order_release);
}

}  // namespace graylane::telemetry
