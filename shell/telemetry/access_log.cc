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
constexpr std::chrono::seconds kCloseTimeout{1};
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
  void open_anew();
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
  bool failing_ = false;
  bool line_is_broken_ = false;  // the file ends within a line
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
    if (reopen_.exchange(false)) open_anew();
    const bool any = drain(last);
    if (last) return;
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
    if (!any_waiting()) ::poll(&bell, 1, -1);
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
  if (lines_.empty()) return;
  const auto lines = static_cast<uint64_t>(std::ranges::count(lines_, '\n'));
  if (line_is_broken_) lines_.insert(0, 1, '\n');
  std::string_view rest = lines_;
  const Result<void> written = file_.write(rest, [this] { return give_up(); });
  const uint64_t lost = std::min(lines, static_cast<uint64_t>(std::ranges::count(rest, '\n')));
  if (rest.size() < lines_.size()) line_is_broken_ = lines_[lines_.size() - rest.size() - 1] != '\n';
  lines_.clear();
  log_.lines_written_ += lines - lost;
  log_.lines_lost_ += lost;
  if (!written) ++log_.write_errors_;
  const bool failed_before = std::exchange(failing_, !written);
  if (failing_ && !failed_before) tell(written.error());
}

void AccessLog::Writer::open_anew() {
  Result<LogFile> file = LogFile::open(options_.path);
  if (!file) return tell(file.error());
  file_ = std::move(*file);
  failing_ = false;
  line_is_broken_ = false;
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
