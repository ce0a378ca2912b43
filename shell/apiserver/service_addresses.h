// ServiceAddresses: which cluster addresses and node ports are taken, and by whom: read from the store's Services, and from writes
// under way. One thread, that of the server; it must outlive what it gave out. Addresses are those of 127.20.0.0/16, node ports
// 30000 to 32767; where the search begins depends on the Service's name only, so that a Service made anew mostly gets its own again.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apiserver/status.h"
#include "store/store.h"

namespace graylane::apiserver {

class ServiceAddresses {
 public:
  explicit ServiceAddresses(store::Store& store) : store_(store) {}

  /// Keeps what was given out from being given again until the store shows it.
  using Hold = std::shared_ptr<void>;

  /// Gives the Service what it needs and lacks: clusterIP and the like, nodePort. 422 for what it asks for and cannot have.
  /// `live` null: it is new. Of a write that is only tried, no node port is looked at.
  Outcome<Hold> assign(api::Object& service, const api::Object* live, bool is_tried = false);

 private:
  struct Claims {
    std::vector<std::string> addresses;
    std::vector<uint32_t> ports;  // with the protocol in the upper half: TCP and UDP may share one
  };
  class Assignment;

  static Claims claims_of(const doc::Value& service);
  void refresh();
  void read_all();
  void put(const api::ObjectKey& key, const Claims* claims);
  void count(const Claims& claims, int by);

  store::Store& store_;
  std::unique_ptr<control::Watch> watch_;  // null: the store was not read yet
  std::map<api::ObjectKey, Claims> of_service_;
  std::map<std::string, int, std::less<>> addresses_;  // how many claim it: one, or for a moment two
  std::map<uint32_t, int> ports_;
};

}  // namespace graylane::apiserver
