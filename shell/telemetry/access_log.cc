#include "telemetry/access_log.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "telemetry/access_codec.h"
#include "telemetry/log_file.h"

namespace graylane::telemetry {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kWriteBytes = 64 * 1024;  // lines are collected up to this
constexpr int kCollectMs = 50;             // and for this long, while some come
constexpr int kRetryMs = 1000;             // between tries to write the rest of a line, while no others come
constexpr std::chrono::seconds kCloseTimeout{1};
constexpr std::chrono::seconds kFollowEvery{1};
constexpr size_t kEntriesPerVisit = 256;  // of one ring, before the next one's turn

}  // namespace

/// The thread, and all that only it touches.
class AccessLog::Writer {
 public:
  Writer(AccessLog& log, AccessLogOptions options, LogFile file)
      : log_(log), options_(std::move(options)), file_(std::move(file)), formatter_(options_.format) {}
  ~Writer() { stop(); }

  bool valid() const { return bell_.valid(); }
  void start();
  void stop();
  void reopen() {
    reopen_ = true;
    bell_.wake();
  }
  AccessRing& add_ring() {
    const std::lock_guard lock(mutex_);
    return *rings_.emplace_back(std::make_unique<AccessRing>(options_.ring_bytes, bell_));
  }

 private:
  void run();
  void wait(bool collecting);
  bool any_waiting();
  bool drain(bool last);
  bool visit(AccessRing& ring);
  void write_out();
  void keep_torn(std::string_view rest, bool was_torn);
  void lose_torn();
  void follow_path();
  void open_anew(bool asked);
  bool give_up() const;
  void tell(const Error& error);
  AccessRing* ring(size_t index);

  AccessLog& log_;
  const AccessLogOptions options_;
  WriterBell bell_;
  std::mutex mutex_;  // of the vector
  std::vector<std::unique_ptr<AccessRing>> rings_;
  std::atomic<bool> reopen_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<Clock::rep> give_up_at_ = 0;  // set before stopping_

  LogFile file_;
  AccessFormatter formatter_;
  DecodedEntry decoded_;
  std::string lines_;
  std::string torn_;  // the rest of the line that the file ends with
  bool failing_ = false;
  bool open_failing_ = false;
  Clock::time_point followed_at_ = Clock::now();
  std::thread thread_;
};

void AccessLog::Writer::start() {
  // Signals are for other threads; a pipe without a reader is an error of write(), not an end of the process.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void AccessLog::Writer::stop() {
  if (!thread_.joinable()) return;
  give_up_at_ = (Clock::now() + kCloseTimeout).time_since_epoch().count();
  stopping_ = true;
  bell_.wake();
  thread_.join();
}

bool AccessLog::Writer::give_up() const { return stopping_ && Clock::now().time_since_epoch().count() >= give_up_at_; }

void AccessLog::Writer::run() {
  while (true) {
    const bool last = stopping_;  // read before draining: what was flushed before stop() is written
    if (reopen_.exchange(false)) open_anew(true);
    const bool any = drain(last);
    if (last) return lose_torn();
    wait(any);
  }
}

void AccessLog::Writer::wait(bool collecting) {
  pollfd bell{.fd = bell_.fd(), .events = POLLIN, .revents = 0};
  if (collecting) {
    ::poll(&bell, 1, kCollectMs);
  } else {
    bell_.set_asleep(true);
    // Looked at once more after the flag was set: who flushed before did not see the flag, so we see the entries.
    if (!any_waiting()) ::poll(&bell, 1, torn_.empty() ? -1 : kRetryMs);
    bell_.set_asleep(false);
  }
  bell_.clear();
}

AccessRing* AccessLog::Writer::ring(size_t index) {
  const std::lock_guard lock(mutex_);
  return index < rings_.size() ? rings_[index].get() : nullptr;
}

bool AccessLog::Writer::any_waiting() {
  for (size_t i = 0; AccessRing* ring = this->ring(i); ++i) {
    if (!ring->empty()) return true;
  }
  return false;
}

/// Until the rings are empty, or the file is to be changed.
bool AccessLog::Writer::drain(bool last) {
  bool any = false;
  bool more = true;
  while (more && !give_up() && (last || !reopen_)) {
    more = false;
    for (size_t i = 0; AccessRing* ring = this->ring(i); ++i) more = visit(*ring) || more;
    any = any || more;
  }
  write_out();
  return any;
}

bool AccessLog::Writer::visit(AccessRing& ring) {
  for (size_t i = 0; i < kEntriesPerVisit; ++i) {
    const std::string_view bytes = ring.front();
    if (bytes.empty()) return i != 0;
    decode_entry(bytes, decoded_);
    formatter_.append(decoded_.entry, lines_);
    ring.pop();
    if (lines_.size() >= kWriteBytes) write_out();
  }
  return true;
}

void AccessLog::Writer::write_out() {
  if (lines_.empty() && torn_.empty()) return;
  follow_path();
  const bool was_torn = !torn_.empty();
  lines_.insert(0, std::exchange(torn_, {}));
  std::string_view rest = lines_;
  const Result<void> written = file_.write(rest, [this] { return give_up(); });
  keep_torn(rest, was_torn);
  lines_.clear();
  if (!written) ++log_.write_errors_;
  const bool failed_before = std::exchange(failing_, !written);
  if (failing_ && !failed_before) tell(written.error());
}

/// Counts, and keeps what is missing of a line that has begun in the file.
void AccessLog::Writer::keep_torn(std::string_view rest, bool was_torn) {
  const size_t written = lines_.size() - rest.size();
  const bool torn = !rest.empty() && (written == 0 ? was_torn : lines_[written - 1] != '\n');
  if (torn) torn_ = rest.substr(0, rest.find('\n') + 1);
  rest.remove_prefix(torn_.size());
  const auto lines = [](std::string_view text) { return static_cast<uint64_t>(std::ranges::count(text, '\n')); };
  log_.lines_written_ += lines(std::string_view(lines_).substr(0, written));
  log_.lines_lost_ += lines(rest);
}

void AccessLog::Writer::lose_torn() {
  if (!torn_.empty()) ++log_.lines_lost_;
  torn_.clear();
}

/// To where the path leads now: the file was rotated, or deleted to make room, which it does not while it is open.
void AccessLog::Writer::follow_path() {
  const Clock::time_point now = Clock::now();
  if (now - followed_at_ < kFollowEvery) return;
  followed_at_ = now;
  if (file_.is_gone()) open_anew(false);
}

void AccessLog::Writer::open_anew(bool asked) {
  Result<LogFile> file = LogFile::open(options_.path);
  const bool failed_before = std::exchange(open_failing_, !file);
  if (!file && (asked || !failed_before)) tell(file.error());
  if (!file) return;
  std::string_view rest = torn_;
  if (file_.write(rest, [this] { return give_up(); })) {
    log_.lines_written_ += torn_.empty() ? 0 : 1;
    torn_.clear();
  }
  lose_torn();
  file_ = std::move(*file);
  failing_ = false;
}

void AccessLog::Writer::tell(const Error& error) {
  if (options_.on_error) options_.on_error(error);
}

Result<std::unique_ptr<AccessLog>> AccessLog::open(AccessLogOptions options) {
  Result<LogFile> file = LogFile::open(options.path);
  if (!file) return std::unexpected(file.error());
  std::unique_ptr<AccessLog> log(new AccessLog);
  log->writer_ = std::make_unique<Writer>(*log, std::move(options), std::move(*file));
  if (!log->writer_->valid()) return fail(ErrorCode::kUnavailable, "cannot create an eventfd for the access log");
  log->writer_->start();
  return log;
}

AccessLog::~AccessLog() { close(); }
AccessRing& AccessLog::add_ring() { return writer_->add_ring(); }
void AccessLog::reopen() { writer_->reopen(); }
void AccessLog::close() { writer_->stop(); }

}  // namespace graylane::telemetry
