// WatchStream: one watch being served: initial objects, then events as they happen, as fast as the client reads. A client that does
// not read is not waited for: what it still needs stays in the store's history, and when it is gone there the stream ends with
// an Expired event. The loop's thread only; kept by its server until it has ended.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "apiserver/handlers.h"
#include "apiserver/watch_lines.h"
#include "httpd/responder.h"
#include "net/event_loop.h"

namespace graylane::apiserver {

class WatchStream : public std::enable_shared_from_this<WatchStream> {
 public:
  struct Times {
    std::chrono::milliseconds bookmark_every{60'000};
    std::chrono::seconds timeout{1'800};  // where the client names none
  };

  WatchStream(Handlers& handlers, net::EventLoop& loop, const Place& place, ListOptions options, Form form,
              httpd::Responder&& responder, Times times);

  /// `on_end` is called once, within some call of the loop: the owner lets go of the stream later.
  void start(std::function<void()> on_end);

 private:
  void begin();
  bool take_snapshot(bool complete);
  void watch_from(uint64_t revision);
  void pump();
  bool pump_initial();
  bool pump_events();
  bool send(const std::string& line);
  void fail_with(const ApiError& error);
  void send_bookmark();
  void arm_bookmark();
  void finish();
  ApiError watch_error(const Error& error) const;

  Handlers& handlers_;
  net::EventLoop& loop_;
  const Place place_;
  const ListOptions options_;
  const Times times_;
  httpd::Responder responder_;
  WatchLines lines_;
  std::function<void()> on_end_;

  std::vector<api::ObjectPtr> initial_;
  size_t initial_sent_ = 0;
  bool initial_end_owed_ = false;  // a bookmark that says so
  uint64_t seen_ = 0;              // everything up to this revision was sent or did not match
  uint64_t silent_until_ = 0;      // a revision from the future was asked for
  bool full_ = false;
  bool ended_ = false;
  std::unique_ptr<control::Watch> watch_;
  net::CallbackTimer timeout_{[this] { finish(); }};
  net::CallbackTimer last_bookmark_{[this] { send_bookmark(); }};
  net::CallbackTimer bookmark_{[this] {
    send_bookmark();
    arm_bookmark();
  }};
};

}  // namespace graylane::apiserver
