// ExternalNames: the names of ExternalName Services become EndpointSlices of addresses (api::kNameSlices), as nobody writes such
// in a cluster, where ingress-nginx resolves the names itself. Level-based, as all controllers.
//
// A name is asked for when it appears, and again kResolveInterval after each answer. While a first answer is awaited, what was
// known of the Service stays; when a later one fails, the last addresses stay. A name that never resolved gives an empty slice,
// so that it is known that nobody is there. What does not resolve is told by diagnostics().
//
// Limits: kNamesMax different names, in order of name; kAddressesMax addresses of each, in order.
//
// Lives at most as long as its client and resolver; one thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"
#include "control/object_feed.h"
#include "control/port.h"

namespace graylane::control {

inline constexpr std::chrono::seconds kResolveInterval{10};
inline constexpr size_t kNamesMax = 256;
inline constexpr size_t kAddressesMax = 64;

using Addresses = std::vector<std::string>;  // IP literals of one family

/// Where names are looked up.
class NameResolver {
 public:
  virtual ~NameResolver() = default;
  /// Returns at once. Each call is answered once by ExternalNames::answered, later and in the same thread.
  virtual void ask(const std::string& name) = 0;
};

class ExternalNames {
 public:
  using Time = std::chrono::steady_clock::time_point;

  ExternalNames(Client& client, NameResolver& resolver);

  /// Whether something was written; it is written in one batch. Errors: those of the client, kConflict aside.
  Result<bool> step(Time now);
  /// To be followed by a step. No addresses is a failure, too.
  void answered(const std::string& name, Result<Addresses> addresses, Time now);
  /// When step() has something to do though nothing changes; valid after step().
  std::optional<Time> look_again() const;
  /// Of the present Services. Valid after step().
  Diagnostics diagnostics() const;

 private:
  struct Name {
    bool asked = false;  // and not answered yet
    std::optional<Time> answered;
    Addresses addresses;  // of the last answer that had some
    std::string failure;  // of the last answer; empty: it had some
    std::vector<api::ObjectPtr> services;
    bool over_limit = false;
  };

  void collect();
  void ask_due(Time now);

  Client& client_;
  NameResolver& resolver_;
  Mirror<std::string> services_;  // the name that they point to; may be empty
  Mirror<bool> slices_;           // whether they are ours
  std::map<std::string, Name> names_;
  bool unfinished_ = true;
};

}  // namespace graylane::control
