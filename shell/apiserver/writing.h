// Writing: carries out what the pipeline plans, and again when somebody else was quicker. Answers later; blocks nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "api/kinds.h"
#include "apiserver/catalog.h"
#include "apiserver/metrics.h"
#include "apiserver/service_addresses.h"
#include "apiserver/target.h"
#include "httpd/message.h"
#include "identity/identity.h"
#include "store/store.h"

namespace graylane::apiserver {

/// What the server asks of the world. The functions are called in the server's thread; `post` from any.
struct World {
  std::function<int64_t()> unix_seconds;
  std::function<std::string()> new_uid;             // "6f1c...": a random UUID
  std::function<std::string()> name_suffix;         // five random characters of names
  std::function<void(std::function<void()>)> post;  // runs it in the server's thread, later or at once
  Measures measures = {};                           // of Pods; none: there are none
  std::function<std::optional<identity::Identity>(const std::string& token)> authenticate = {};  // none: no token is good
};

struct WriteCall {
  const httpd::Request& request;  // read during the call only, as is the identity
  const identity::Identity& identity;
  const Target& target;
  const api::Kind& kind;
  const api::Kinds& kinds;
  store::Store& store;
  const World& world;
  ServiceAddresses& addresses;
  std::shared_ptr<const Catalog> catalog = nullptr;  // keeps the kinds alive
};

/// POST, PUT, PATCH and DELETE of one object, its parts, or (DELETE) a collection; 405 for the rest.
void start_write(const WriteCall& call, const std::function<void(httpd::Response)>& reply);

}  // namespace graylane::apiserver
