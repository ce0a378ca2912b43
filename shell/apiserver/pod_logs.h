// PodLogs: GET .../pods/NAME/log: what a container wrote, as a stream of text, to its end or for as long as the Pod lives. What
// `previous` asks for is not kept apart: it is answered with a warning. The loop's thread only; it outlives the requests it was
// given.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "apiserver/log_reader.h"
#include "apiserver/target.h"
#include "httpd/responder.h"
#include "net/event_loop.h"
#include "store/store.h"

namespace graylane::apiserver {

/// The file with what a container writes; the part before its last rotation is beside it, with ".1".
using LogPath = std::function<std::string(const std::string& ns, const std::string& pod, const std::string& container)>;

class PodLogs {
 public:
  /// `log_path` may be empty: then there are no logs here.
  PodLogs(store::Store& store, net::EventLoop& loop, LogPath log_path, std::function<int64_t()> unix_seconds);
  ~PodLogs();

  /// Whether the request is for a log; then it was answered.
  bool answer(const httpd::Request& request, httpd::Responder& responder);

 private:
  class Stream;
  struct Wanted;

  Outcome<Wanted> find(const Target& target, const httpd::Request& request);
  bool lives(const api::ObjectKey& pod);
  void serve(Wanted wanted, httpd::Responder responder);

  store::Store& store_;
  net::EventLoop& loop_;
  const LogPath log_path_;
  const std::function<int64_t()> unix_seconds_;
  std::unordered_set<std::shared_ptr<Stream>> streams_;
};

}  // namespace graylane::apiserver
