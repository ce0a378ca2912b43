// CustomKinds: the kinds that are served: the built-in ones and those of the CustomResourceDefinitions in the store, as immutable
// snapshots: a request keeps the one that it began with. It also ends definitions that are being deleted: first their objects, then
// they. The server's thread only (that of `World::post`); the store, the built-in kinds and the world must outlive it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apiserver/catalog.h"
#include "apiserver/writing.h"
#include "store/store.h"

namespace graylane::apiserver {

class CustomKinds {
 public:
  /// Reads the definitions that are stored.
  CustomKinds(const api::Kinds& builtin, store::Store& store, const World& world);
  ~CustomKinds();
  CustomKinds(const CustomKinds&) = delete;
  CustomKinds& operator=(const CustomKinds&) = delete;

  /// By what the store holds at this moment.
  std::shared_ptr<const Catalog> catalog();

 private:
  struct Definition {
    api::ObjectPtr object;
    std::vector<api::Kind> kinds;  // none while its names are not accepted
  };
  /// Of a definition that is being deleted.
  struct Ending {
    std::unique_ptr<control::Watch> watch;  // of its objects
    bool is_writing = false;
  };

  void refresh();
  void read_all();
  bool take_events();
  void put(const api::ObjectPtr& object);
  void publish();

  void end_some();
  void end(const std::string& name);
  std::vector<control::Change> next_changes(const api::ObjectPtr& definition) const;
  void submit(const std::string& name, std::vector<control::Change> changes);
  void wake();

  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // outlives the watches, which wake with it
  const api::Kinds& builtin_;
  store::Store& store_;
  const World& world_;
  std::map<std::string, Definition> definitions_;
  std::map<std::string, Ending> endings_;
  std::unique_ptr<control::Watch> watch_;  // of the definitions
  uint64_t seen_ = 0;                      // the store's revision that they are of
  std::shared_ptr<const Catalog> catalog_;
};

}  // namespace graylane::apiserver
