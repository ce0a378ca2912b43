// WatchStream: one watch being served: initial objects, then events as they happen, as fast as the client reads. A client that does
// not read is not waited for: what it still needs stays in the store's history, and when it is gone there the stream ends with
// an Expired event. It holds no objects of its own: a Scan while it sends the initial ones, then a position in the history.
// The loop's thread only; kept by its server until it has ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "apiserver/handlers.h"
#include "apiserver/watch_lines.h"
#include "httpd/responder.h"
#include "httpd/turns.h"
#include "net/event_loop.h"
#include "store/scan.h"

namespace graylane::apiserver {

class WatchStream : public std::enable_shared_from_this<WatchStream> {
 public:
  struct Times {
    std::chrono::milliseconds bookmark_every{60'000};
    std::chrono::seconds timeout{1'800};  // where the client names none
  };

  /// What the watches of one server share; it outlives them.
  struct Shared {
    Handlers& handlers;
    net::EventLoop& loop;
    const Times times;
    httpd::Turns& turns;
    LineCache lines = {};
  };

  WatchStream(Shared& shared, const Place& place, ListOptions options, Form form, httpd::Responder&& responder);

  /// `on_end` is called once, within some call of the loop: the owner lets go of the stream later.
  void start(std::function<void()> on_end);

  const Place& place() const { return place_; }
  /// The kind is no longer served: it ends once the client has all that happened.
  void end_of_kind();

 private:
  void begin();
  bool take_snapshot(bool complete);
  void watch_from(uint64_t revision);
  void pump();
  void pump_later();
  bool pump_initial();
  bool pump_events();
  bool send(std::string_view line);
  void fail_with(const ApiError& error);
  void send_bookmark();
  void arm_bookmark();
  void finish();
  ApiError watch_error(const Error& error) const;

  Shared& shared_;
  Handlers& handlers_;
  const Place place_;
  const ListOptions options_;
  httpd::Responder responder_;
  WatchLines lines_;
  std::function<void()> on_end_;

  std::optional<store::Scan> initial_;  // what is still to be sent of the state that it begins with
  bool initial_end_owed_ = false;       // a bookmark that says so
  uint64_t seen_ = 0;                   // everything up to this revision was sent or did not match
  uint64_t silent_until_ = 0;           // a revision from the future was asked for
  bool full_ = false;
  bool pump_asked_ = false;
  bool kind_ended_ = false;
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
