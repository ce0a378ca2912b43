// ApiServer: the Kubernetes-compatible API over one store: a handler of authenticated requests for httpd::Server. The loop's thread only; it must
// outlive the HTTP server that it answers for, and the store and kinds must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

#include "apiserver/handlers.h"
#include "apiserver/pod_logs.h"
#include "apiserver/watch_stream.h"
#include "httpd/responder.h"
#include "identity/audit.h"

namespace graylane::apiserver {

/// The world as it is: the system's clock, random UUIDs and names, and `loop` for what has to wait.
World real_world(net::EventLoop& loop);

struct ApiServerOptions {
  WatchStream::Times times = {};
  std::function<void(const identity::AuditEntry&)> audit = {};  // of every change that was asked for, once it is answered
  LogPath log_path = {};                                        // none: Pods have no logs here
};

class ApiServer {
 public:
  ApiServer(const api::Kinds& kinds, store::Store& store, net::EventLoop& loop, World world, ApiServerOptions options = {});
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  /// What a request is refused with by its head alone, before its body is read: the identity may not. Nothing: handle() answers.
  std::optional<httpd::Response> refusal(const httpd::Request& request, const identity::Identity& identity) const;

  /// Begins with refusal().
  void handle(const httpd::Request& request, const identity::Identity& identity, httpd::Responder&& responder);

  size_t watches() const { return streams_.size(); }

 private:
  Reply audited(const httpd::Request& request, const identity::Identity& identity, const identity::Access& access,
                Reply reply) const;
  void watch(const httpd::Request& request, const Place& place, httpd::Responder&& responder);
  void watch_definitions();
  void end_watches_of_lost_kinds();

  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  net::EventLoop& loop_;
  httpd::Turns turns_;  // of watches, and of the answers to writes: who waits for a write is told behind those who watch it
  Handlers handlers_;
  const ApiServerOptions options_;
  PodLogs logs_;
  WatchStream::Shared shared_;
  std::unique_ptr<control::Watch> definitions_;  // of custom kinds
  std::unordered_set<std::shared_ptr<WatchStream>> streams_;
};

}  // namespace graylane::apiserver
