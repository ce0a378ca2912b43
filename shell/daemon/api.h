// Api: the embedded Kubernetes-compatible API of an instance: HTTPS with its own certificates, who may do what, and the audit log,
// over the instance's store. It runs in a thread of its own, so that neither a slow disk nor the start of a process holds up an
// answer. Made, used and destroyed by one thread; the store must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "apiserver/metrics.h"
#include "apiserver/pod_logs.h"
#include "base/error.h"
#include "net/address.h"
#include "store/durable_store.h"

namespace graylane::daemon {

struct ApiOptions {
  net::SocketAddress listen = net::SocketAddress::loopback(6443);
  std::string state_folder;     // has pki/, kubeconfig, tokens.json and audit.log
  apiserver::LogPath log_path;  // of Pods
  apiserver::Measures measures;
  /// What did not work and fails no request: an audit line, new certificates. Called in the API's thread.
  std::function<void(const Error&)> on_error;
};

/// Where `graylane token` writes and the API reads.
std::string tokens_path(const std::string& state_folder);

class Api {
 public:
  /// Errors: the address is taken; the certificates cannot be read or made; a file of the state folder cannot be written.
  static Result<std::unique_ptr<Api>> start(ApiOptions options, store::DurableStore& store);
  ~Api();

  /// With the port that was taken when 0 was asked for.
  net::SocketAddress address() const;

 private:
  class Impl;
  explicit Api(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace graylane::daemon
