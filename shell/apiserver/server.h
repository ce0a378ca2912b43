// ApiServer: the Kubernetes-compatible API over one store: a request handler for httpd::Server. The loop's thread only; it must
// outlive the HTTP server that it answers for, and the store and kinds must outlive it.
#pragma once

#include <memory>
#include <unordered_set>

#include "apiserver/handlers.h"
#include "apiserver/watch_stream.h"
#include "httpd/responder.h"

namespace graylane::apiserver {

/// The world as it is: the system's clock, random UUIDs and names, and `loop` for what has to wait.
World real_world(net::EventLoop& loop);

class ApiServer {
 public:
  ApiServer(const api::Kinds& kinds, store::Store& store, net::EventLoop& loop, World world, WatchStream::Times times = {});
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  void handle(const httpd::Request& request, const Identity& identity, httpd::Responder&& responder);

  size_t watches() const { return streams_.size(); }

 private:
  void watch(const httpd::Request& request, const Place& place, httpd::Responder&& responder);

  net::EventLoop& loop_;
  Handlers handlers_;
  const WatchStream::Times times_;
  std::unordered_set<std::shared_ptr<WatchStream>> streams_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace graylane::apiserver
