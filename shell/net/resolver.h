// Resolver: the addresses of host names, as this machine's configuration says: the hosts file, DNS, and whatever else nsswitch.conf
// names. getaddrinfo blocks, for many seconds when no server answers, so it runs in threads of its own: none before the first
// question, kLookupsMax at most; further questions wait. A lookup cannot be stopped: the destructor does not wait for it, and its
// answer is dropped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace graylane::net {

inline constexpr unsigned kLookupsMax = 4;  // at a time

class Resolver {
 public:
  /// IP literals, IPv4 only where there is one, else IPv6. Errors: kUnavailable, also for a name that does not exist.
  using Answer = Result<std::vector<std::string>>;
  /// Called once per question, in another thread and by one at a time; never once the destructor has returned.
  using Answered = std::function<void(const std::string& name, Answer answer)>;

  explicit Resolver(Answered answered);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// From any thread. A numeric address is its own address.
  void ask(std::string name);

 private:
  struct Shared;
  static void work(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;  // with the threads, which may outlive this
};

}  // namespace graylane::net
