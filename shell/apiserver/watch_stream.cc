#include "apiserver/watch_stream.h"

#include "apiserver/reading.h"

namespace graylane::apiserver {

using httpd::Responder;

namespace {

constexpr std::chrono::seconds kLastBookmark{2};  // before the end
// In one go, so that a thousand watches that begin, or go on, at the same time delay nobody else:
constexpr size_t kLookedAtMax = 1'024;  // objects or events
constexpr size_t kBytesMax = 64 * 1024;

}  // namespace

WatchStream::WatchStream(Shared& shared, const Place& place, ListOptions options, Form form, Responder&& responder)
    : shared_(shared),
      handlers_(shared.handlers),
      place_(place),
      options_(std::move(options)),
      responder_(std::move(responder)),
      lines_({*place_.kind, place_.catalog->kinds(), std::move(form), options_.include_object, 0}, options_, place_.catalog,
             shared.lines) {}

void WatchStream::start(std::function<void()> on_end) {
  on_end_ = std::move(on_end);
  httpd::Response head;
  head.content_type = "application/json";
  add_deprecation(head, *place_.kind);
  responder_.on_gone([this] { finish(); });
  responder_.on_drain([this] {
    full_ = false;
    pump();
  });
  responder_.begin_stream(std::move(head));
  const auto timeout = options_.timeout.value_or(shared_.times.timeout);
  shared_.loop.arm(timeout_, timeout);
  if (timeout > kLastBookmark) shared_.loop.arm(last_bookmark_, timeout - kLastBookmark);
  arm_bookmark();
  begin();
}

void WatchStream::begin() {
  store::Store& store = handlers_.store();
  const uint64_t newest = store.revision();
  const bool from_any = options_.resource_version.empty() || options_.resource_version == "0";
  if (options_.send_initial_events.value_or(from_any)) {
    if (options_.revision > newest) return fail_with(too_new_revision(options_.revision, newest));
    if (!take_snapshot(options_.send_initial_events.has_value() || options_.resource_version.empty())) return;
  } else if (from_any || options_.revision > newest) {
    silent_until_ = options_.revision;
    watch_from(newest);
  } else {
    watch_from(options_.revision);
  }
  pump();
}

bool WatchStream::take_snapshot(bool complete) {
  auto scan = handlers_.store().scan(selector_of(place_.target, *place_.kind, options_));
  if (!scan) {
    fail_with(from_store(scan.error(), *place_.kind, ""));
    return false;
  }
  initial_end_owed_ = complete && options_.bookmarks;
  watch_from(scan->revision());
  initial_ = *std::move(scan);
  return true;
}

void WatchStream::watch_from(uint64_t revision) {
  seen_ = revision;
  auto wake = [weak = weak_from_this(), post = &shared_.loop] {
    post->post([weak] {
      if (const auto self = weak.lock()) self->pump_later();
    });
  };
  watch_ = handlers_.store().watch(selector_of(place_.target, *place_.kind, options_), revision, std::move(wake));
}

void WatchStream::pump_later() {
  if (std::exchange(pump_asked_, true)) return;
  shared_.turns.ask([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  });
}

void WatchStream::pump() {
  pump_asked_ = false;
  if (ended_ || full_ || !watch_) return;
  if (pump_initial() && pump_events() && kind_ended_) finish();
}

void WatchStream::end_of_kind() {
  kind_ended_ = true;
  pump_later();
}

/// True: all of them are sent.
bool WatchStream::pump_initial() {
  if (initial_) {
    size_t looked_at = 0, bytes = 0;
    bool room = true;
    const bool more = initial_->walk([&](const api::ObjectPtr& object) {
      if (const Line line = lines_.initial(object, handlers_.world().unix_seconds())) {
        bytes += line->size();
        room = send(*line);
      }
      return room && ++looked_at < kLookedAtMax && bytes < kBytesMax;
    });
    if (more && room) pump_later();
    if (more) return false;
    initial_.reset();
    if (!room) return false;
  }
  return !std::exchange(initial_end_owed_, false) || send(*lines_.bookmark(seen_, true));
}

/// True: there are no more for now.
bool WatchStream::pump_events() {
  size_t bytes = 0;
  for (size_t looked_at = 0; looked_at < kLookedAtMax && bytes < kBytesMax; ++looked_at) {
    auto next = watch_->next(std::chrono::milliseconds(0));
    if (!next) {
      fail_with(watch_error(next.error()));
      return false;
    }
    if (!*next) return true;
    seen_ = (*next)->complete ? (*next)->revision : seen_;
    const bool silent = (*next)->revision <= silent_until_;
    const Line line = silent ? nullptr : lines_.event(**next, handlers_.world().unix_seconds());
    if (line && !send(*line)) return false;
    bytes += line ? line->size() : 0;
  }
  pump_later();
  return false;
}

bool WatchStream::send(std::string_view line) {
  switch (responder_.write(line)) {
    case Responder::Flow::kMore: return true;
    case Responder::Flow::kFull: full_ = true; return false;
    case Responder::Flow::kGone: return false;
  }
  return false;
}

ApiError WatchStream::watch_error(const Error& error) const {
  if (error.code != ErrorCode::kExpired) return from_store(error, *place_.kind, "");
  return expired("too old resource version: " + std::to_string(seen_) + " (" + std::to_string(handlers_.store().compacted()) +
                 ")");
}

void WatchStream::fail_with(const ApiError& error) {
  responder_.write(WatchLines::error(error));
  finish();
}

void WatchStream::send_bookmark() {
  if (ended_ || !options_.bookmarks || full_ || !watch_ || seen_ == 0) return;
  send(*lines_.bookmark(seen_, false));
}

void WatchStream::arm_bookmark() { shared_.loop.arm(bookmark_, shared_.times.bookmark_every); }

void WatchStream::finish() {
  if (std::exchange(ended_, true)) return;
  watch_.reset();
  initial_.reset();
  for (net::Timer* timer : {&timeout_, &last_bookmark_, &bookmark_}) timer->cancel();
  if (!responder_.gone()) responder_.end_stream();
  if (on_end_) on_end_();
}

}  // namespace graylane::apiserver
