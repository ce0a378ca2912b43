#include "apiserver/watch_stream.h"

#include "apiserver/reading.h"

namespace graylane::apiserver {

using httpd::Responder;

namespace {

constexpr std::chrono::seconds kLastBookmark{2};  // before the end

}  // namespace

WatchStream::WatchStream(Handlers& handlers, net::EventLoop& loop, const Place& place, ListOptions options, Form form,
                         Responder&& responder, Times times)
    : handlers_(handlers),
      loop_(loop),
      place_(place),
      options_(std::move(options)),
      times_(times),
      responder_(std::move(responder)),
      lines_({*place_.kind, place_.catalog->kinds(), std::move(form), options_.include_object, 0}, options_) {}

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
  const auto timeout = options_.timeout.value_or(times_.timeout);
  loop_.arm(timeout_, timeout);
  if (timeout > kLastBookmark) loop_.arm(last_bookmark_, timeout - kLastBookmark);
  arm_bookmark();
  begin();
}

void WatchStream::begin() {
  store::Store& store = handlers_.store();
  const uint64_t newest = store.revision();
  const bool from_any = options_.resource_version.empty() || options_.resource_version == "0";
  if (options_.send_initial_events.value_or(from_any)) {
    if (options_.revision > newest) return fail_with(too_new_revision(options_.revision, newest));
    if (!take_snapshot(options_.send_initial_events.has_value())) return;
  } else if (from_any || options_.revision > newest) {
    silent_until_ = options_.revision;
    watch_from(newest);
  } else {
    watch_from(options_.revision);
  }
  pump();
}

bool WatchStream::take_snapshot(bool complete) {
  auto listing = handlers_.store().list(selector_of(place_.target, *place_.kind, options_));
  if (!listing) {
    fail_with(from_store(listing.error(), *place_.kind, ""));
    return false;
  }
  initial_ = std::move(listing->items);
  initial_end_owed_ = complete && options_.bookmarks;
  watch_from(listing->revision);
  return true;
}

void WatchStream::watch_from(uint64_t revision) {
  seen_ = revision;
  auto wake = [weak = weak_from_this(), post = &loop_] {
    post->post([weak] {
      if (const auto self = weak.lock()) self->pump();
    });
  };
  watch_ = handlers_.store().watch(selector_of(place_.target, *place_.kind, options_), revision, std::move(wake));
}

void WatchStream::pump() {
  if (ended_ || full_ || !watch_) return;
  if (pump_initial()) pump_events();
}

/// False: the client is slow, or gone.
bool WatchStream::pump_initial() {
  while (initial_sent_ < initial_.size()) {
    const std::string line = lines_.initial(*initial_[initial_sent_++], handlers_.world().unix_seconds());
    if (!line.empty() && !send(line)) return false;
  }
  initial_.clear();
  initial_sent_ = 0;
  return !std::exchange(initial_end_owed_, false) || send(lines_.bookmark(seen_, true));
}

bool WatchStream::pump_events() {
  while (true) {
    auto next = watch_->next(std::chrono::milliseconds(0));
    if (!next) {
      fail_with(watch_error(next.error()));
      return false;
    }
    if (!*next) return true;
    seen_ = (*next)->complete ? (*next)->revision : seen_;
    const bool silent = (*next)->revision <= silent_until_;
    const std::string line = silent ? "" : lines_.event(**next, handlers_.world().unix_seconds());
    if (!line.empty() && !send(line)) return false;
  }
}

bool WatchStream::send(const std::string& line) {
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
  send(lines_.bookmark(seen_, false));
}

void WatchStream::arm_bookmark() { loop_.arm(bookmark_, times_.bookmark_every); }

void WatchStream::finish() {
  if (std::exchange(ended_, true)) return;
  watch_.reset();
  for (net::Timer* timer : {&timeout_, &last_bookmark_, &bookmark_}) timer->cancel();
  if (!responder_.gone()) responder_.end_stream();
  if (on_end_) on_end_();
}

}  // namespace graylane::apiserver
