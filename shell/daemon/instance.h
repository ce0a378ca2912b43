// Instance: what `graylane up` runs. One process with the objects of its state folder, an API to them, controllers, Pods as local
// processes, the gateway and an admin port. It names the concrete classes; everything but the gateway's workers, the API, the
// store's writer and that of the access log runs in the thread of run().
//
//   directory, API -> store -> controllers -> store -> route feed -> gateway
//                       ^          runtime  -> |
//
// One turn, settle(), is level-based: controllers until they have nothing to write, the runtime, the feed, the gateway. Every
// change of an object, whoever made it, leads to one.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"
#include "daemon/command_socket.h"
#include "dialect/ingress_nginx/options.h"
#include "net/address.h"
#include "route/table.h"
#include "telemetry/access_log.h"
#include "telemetry/snapshot.h"

namespace graylane::daemon {

struct InstanceOptions {
  std::string version;  // of this program, for the metrics
  std::string path;     // of the manifests, as the user typed it; empty: objects come by the API alone
  net::SocketAddress listen = net::SocketAddress::loopback(8080);
  std::optional<net::SocketAddress> admin = net::SocketAddress::loopback(9180);  // none: off
  std::optional<net::SocketAddress> api = net::SocketAddress::loopback(6443);    // none: off
  std::string state_folder = ".graylane";
  unsigned workers = 0;  // 0: as many as there are cores
  std::optional<telemetry::AccessLogOptions> access_log;
  ingress_nginx::Options routing;
  std::chrono::milliseconds drain_timeout{5'000};
  bool strict = false;             // a first load with errors ends it
  bool replace_directory = false;  // `path` may take the place of the directory that the objects are of
  bool hangup_ends = false;        // SIGHUP ends it as SIGTERM does: its terminal was closed
};

/// What is served and where.
struct Serving {
  net::SocketAddress listen;
  std::optional<net::SocketAddress> admin;
  std::optional<net::SocketAddress> api;
  unsigned workers = 0;
  size_t objects = 0;
};

/// A table that all workers route by now.
struct Effective {
  uint64_t revision = 0;   // counts what was published
  route::TablePtr before;  // null: this is the first
  route::TablePtr now;
  std::chrono::nanoseconds took{};  // since the edit, or the change of a Pod, was seen
  bool edited = false;              // by a person, in the directory
  Diagnostics findings;             // what it brought that people should know
  bool clean = true;                // no error is left of the first load
};

/// An edit of the directory that is not in force, as it has errors; the last good state stays. What people heard of an edit before it
/// is not told again.
struct Rejection {
  Diagnostics news;
  Diagnostics mended;             // errors
  size_t errors_told_before = 0;  // that are left
  bool first = false;             // nothing was in force before
};

/// Told what people want to know, in the thread of run().
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void serving(const Serving& serving) = 0;
  virtual void effective(const Effective& effective) = 0;
  virtual void rejected(const Rejection& rejection) = 0;
  /// Objects that the directory had made, and whose documents are gone.
  virtual void deleted(const std::vector<api::ObjectKey>& keys) = 0;
  /// The directory can be read again, after a rejection that said that it cannot.
  virtual void readable() = 0;
  /// What is wrong with, or surprising about, what is in force, and came of itself: Pods that do not start. Each is told once,
  /// and again when it was mended and comes again.
  virtual void found(const Diagnostics& diagnostics) = 0;
  virtual void failed(const Error& error) = 0;
  /// Objects can no longer be written (why), or again: the disk is full or fails. Told when it begins and when it is over.
  virtual void writable(const std::optional<Error>& trouble) = 0;
  virtual void draining(std::chrono::milliseconds at_most) = 0;
};

/// The present state, for commands.
struct View {
  std::vector<api::ObjectPtr> objects;  // by key
  Diagnostics reading;
  route::TablePtr table;  // the one in force
  Diagnostics compiling;
};

/// How the requests went to the versions since the last edit that changed routing.
struct Shares {
  std::vector<telemetry::RouteShare> routes;
  std::chrono::nanoseconds since{};
  route::TablePtr table;
};

class Instance {
 public:
  /// `commands` answers what arrives at the command socket. Errors: an address or the state folder is taken; its objects are of
  /// another directory; with `strict`, the first load has errors.
  static Result<std::unique_ptr<Instance>> start(InstanceOptions options, Reporter& reporter, CommandSocket::Answer commands);
  ~Instance();

  /// Until SIGTERM or SIGINT (or SIGHUP, see hangup_ends), which drain; a second one ends at once. SIGUSR1 opens the access log anew, SIGHUP reads the
  /// directory too. Returns the exit code.
  int run();

  View view() const;
  Shares shares() const;

 private:
  class State;
  explicit Instance(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace graylane::daemon
