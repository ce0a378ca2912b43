#include "net/event_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace graylane::net {

namespace {

std::unexpected<Error> failed(const char* what) {
  return fail(ErrorCode::kUnavailable, std::string(what) + " failed: " + std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return failed("epoll_create1");
  Fd wakeup(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wakeup) return failed("eventfd");
  std::unique_ptr<EventLoop> loop(new EventLoop(std::move(epoll), std::move(wakeup)));
  if (auto added = loop->add(loop->wakeup_fd_.get(), loop->wakeup_, EPOLLIN | EPOLLET); !added) {
    return std::unexpected(added.error());
  }
  return loop;
}

EventLoop::EventLoop(Fd epoll, Fd wakeup)
    : epoll_(std::move(epoll)), wakeup_fd_(std::move(wakeup)), now_(std::chrono::steady_clock::now()), timers_(now_) {}

EventLoop::~EventLoop() = default;

Result<void> EventLoop::add(int fd, Handler& handler, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return failed("epoll_ctl");
  return {};
}

Result<void> EventLoop::add(int fd, Handler& handler) { return add(fd, handler, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET); }

Result<void> EventLoop::add_level(int fd, Handler& handler) { return add(fd, handler, EPOLLIN); }

void EventLoop::remove(int fd, Handler& handler) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  drop_events(handler);
}

void EventLoop::drop_events(const Handler& handler) {
  for (size_t i = event_; i < event_count_; ++i) {
    if (events_[i].data.ptr == &handler) events_[i].data.ptr = nullptr;
  }
}

void EventLoop::at_end_of_turn(std::function<void()> work) { end_of_turn_.push_back(std::move(work)); }

void EventLoop::post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) eventfd_write(wakeup_fd_.get(), 1);
}

void EventLoop::stop() {
  stopped_.store(true, std::memory_order_release);
  eventfd_write(wakeup_fd_.get(), 1);
}

void EventLoop::Wakeup::on_events(uint32_t) {
  eventfd_t count = 0;
  eventfd_read(loop_.wakeup_fd_.get(), &count);
  loop_.run_posted();
}

void EventLoop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (const auto& each : work) each();
}

void EventLoop::run_end_of_turn() {
  // What this work adds is run too, in the next pass of the same turn.
  while (!end_of_turn_.empty()) {
    ending_.swap(end_of_turn_);
    for (const auto& each : ending_) each();
    ending_.clear();
  }
}

int EventLoop::wait_ms(std::chrono::milliseconds at_most) const {
  const auto next = timers_.until_next(std::chrono::steady_clock::now());
  return static_cast<int>(std::min(next.value_or(at_most), at_most).count());
}

size_t EventLoop::turn_ms(int wait_ms) {
  const int count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), wait_ms);
  now_ = std::chrono::steady_clock::now();
  event_count_ = count > 0 ? static_cast<size_t>(count) : 0;
  const size_t told = event_count_;
  for (event_ = 0; event_ < event_count_; ++event_) {
    const epoll_event& event = events_[event_];
    if (event.data.ptr != nullptr) static_cast<Handler*>(event.data.ptr)->on_events(event.events);
  }
  event_ = event_count_ = 0;
  timers_.advance(now_);
  run_end_of_turn();
  return told;
}

void EventLoop::turn(std::chrono::milliseconds wait) { turn_ms(wait_ms(wait)); }

void EventLoop::run(std::chrono::microseconds spin) {
  constexpr std::chrono::milliseconds kLongestWait = std::chrono::minutes(1);
  Instant last_event = now_ - spin;
  while (!stopped_.load(std::memory_order_acquire)) {
    const bool poll = spin.count() > 0 && now_ - last_event < spin;
    if (turn_ms(poll ? 0 : wait_ms(kLongestWait)) > 0) last_event = now_;
  }
}

}  // namespace graylane::net
