#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "net/address.h"

namespace graylane::net {

namespace {

/// An IPv6 address that needs an interface's name is of no use in a configuration.
bool is_usable(const addrinfo& info) {
  return info.ai_family == AF_INET ||
         (info.ai_family == AF_INET6 && reinterpret_cast<const sockaddr_in6*>(info.ai_addr)->sin6_scope_id == 0);
}

std::string ip_of(const addrinfo& info) {
  sockaddr_storage address{};
  std::memcpy(&address, info.ai_addr, info.ai_addrlen);
  return SocketAddress::from(address).ip();
}

Resolver::Answer look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // else each address comes once per kind of socket
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); error != 0) {
    return std::unexpected(Error{ErrorCode::kUnavailable, ::gai_strerror(error), {}, {}});
  }
  std::vector<std::string> v4;
  std::vector<std::string> v6;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (is_usable(*info)) (info->ai_family == AF_INET ? v4 : v6).push_back(ip_of(*info));
  }
  ::freeaddrinfo(found);
  return v4.empty() ? std::move(v6) : std::move(v4);
}

}  // namespace

struct Resolver::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> waiting;
  unsigned threads = 0;
  unsigned idle = 0;
  bool closed = false;
  Answered answered;
};

Resolver::Resolver(Answered answered) : shared_(std::make_shared<Shared>()) { shared_->answered = std::move(answered); }

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->changed.notify_all();
}

void Resolver::ask(std::string name) {
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back(std::move(name));
  shared_->changed.notify_one();
  if (shared_->idle >= shared_->waiting.size() || shared_->threads == kLookupsMax) return;
  ++shared_->threads;
  std::thread(&Resolver::work, shared_).detach();
}

void Resolver::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    ++shared->idle;
    shared->changed.wait(lock, [&] { return shared->closed || !shared->waiting.empty(); });
    --shared->idle;
    if (shared->closed) return;
    const std::string name = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    Answer answer = look_up(name);
    lock.lock();
    if (!shared->closed) shared->answered(name, std::move(answer));
  }
}

}  // namespace graylane::net
