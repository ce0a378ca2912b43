#include "local/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

namespace graylane::local {

namespace {

constexpr int kClaimInChild = 3;
constexpr int kWaitForEndMs = 2'000;

struct Pipe {
  net::Fd read_end;
  net::Fd write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kUnavailable, std::string("no pipe: ") + std::strerror(errno));
  Pipe pipe{net::Fd(ends[0]), net::Fd(ends[1])};
  // Away from the numbers that the child's descriptors get, so that none is overwritten before it is copied.
  for (net::Fd* end : {&pipe.read_end, &pipe.write_end}) {
    const int higher = ::fcntl(end->get(), F_DUPFD_CLOEXEC, 10);
    if (higher < 0) return fail(ErrorCode::kUnavailable, std::string("no descriptor: ") + std::strerror(errno));
    end->reset(higher);
  }
  return pipe;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// posix_spawn does not copy the caller's memory, and nothing of ours runs between fork and exec.
class Spawn {
 public:
  Spawn() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  void give(int descriptor, int number) { ::posix_spawn_file_actions_adddup2(&actions_, descriptor, number); }
  int run(pid_t& pid, const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
    return ::posix_spawn(&pid, arguments[0].c_str(), &actions_, &attributes_, pointers(arguments).data(),
                         pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::vector<std::string> arguments_of(const ChildSpec& spec) {
  std::vector<std::string> arguments = {spec.supervisor, "supervise",
                                        spec.log,        std::to_string(spec.log_bytes_max),
                                        spec.folder,     std::to_string(spec.claim >= 0 ? kClaimInChild : -1)};
  arguments.insert(arguments.end(), spec.command.begin(), spec.command.end());
  return arguments;
}

std::string describe_failure(int error, const std::string& step) {
  const std::string why = std::strerror(error);
  if (step == "folder") return "cannot enter the working folder: " + why;
  if (step == "exec") return "cannot start the program: " + why;
  return "cannot start a process: " + step + ": " + why;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(net::EventLoop& loop, const ChildSpec& spec,
                                                          std::function<void()> on_change) {
  if (spec.command.empty()) return fail(ErrorCode::kInvalid, "no program");
  auto orders = make_pipe();
  if (!orders) return std::unexpected(std::move(orders.error()));
  auto reports = make_pipe();
  if (!reports) return std::unexpected(std::move(reports.error()));
  Spawn spawn;
  spawn.give(orders->read_end.get(), 0);
  spawn.give(reports->write_end.get(), 1);
  if (spec.claim >= 0) spawn.give(spec.claim, kClaimInChild);
  pid_t pid = -1;
  const int error = spawn.run(pid, arguments_of(spec), spec.environment);
  if (error != 0) return fail(ErrorCode::kUnavailable, "cannot start " + spec.supervisor + ": " + std::strerror(error));
  ::fcntl(reports->read_end.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(orders->write_end.get(), F_SETFL, O_NONBLOCK);
  std::unique_ptr<ChildProcess> child(
      new ChildProcess(loop, pid, std::move(orders->write_end), std::move(reports->read_end), std::move(on_change)));
  auto added = loop.add_level(child->reports_.get(), *child);
  if (!added) return std::unexpected(std::move(added.error()));
  return child;
}

ChildProcess::ChildProcess(net::EventLoop& loop, pid_t supervisor, net::Fd orders, net::Fd reports,
                           std::function<void()> on_change)
    : loop_(loop),
      supervisor_(supervisor),
      orders_(std::move(orders)),
      reports_(std::move(reports)),
      on_change_(std::move(on_change)) {}

ChildProcess::~ChildProcess() {
  orders_.reset();
  if (reports_) loop_.remove(reports_.get(), *this);
  if (supervisor_ > 0) wait_for_end();
}

void ChildProcess::wait_for_end() {
  for (int waited = 0; waited < kWaitForEndMs; ++waited) {
    if (::waitpid(supervisor_, nullptr, WNOHANG) != 0) return;
    ::poll(nullptr, 0, 1);
  }
}

void ChildProcess::order(Order order) {
  const char byte = static_cast<char>(order);
  if (orders_ && ::write(orders_.get(), &byte, 1) != 1) orders_.reset();  // the supervisor is gone or stuck: the end means kill
}

void ChildProcess::on_events(uint32_t) {
  std::array<char, 512> buffer;
  for (;;) {
    const ssize_t size = ::read(reports_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;
    if (size == 0) return on_end_of_reports();
    unread_.append(buffer.data(), static_cast<size_t>(size));
    for (size_t end = unread_.find('\n'); end != unread_.npos; end = unread_.find('\n')) {
      read_line(unread_.substr(0, end));
      unread_.erase(0, end + 1);
    }
  }
}

void ChildProcess::read_line(const std::string& line) {
  std::istringstream words(line);
  std::string what, first, second;
  words >> what >> first >> second;
  if (what == "started") {
    program_ = std::atoi(first.c_str());
    state_ = State::kRunning;
  }
  if (what == "failed") {
    failure_ = describe_failure(std::atoi(first.c_str()), second);
    state_ = State::kFailed;
  }
  if (what == "ended") {
    signal_ = first == "SIGNAL" ? std::atoi(second.c_str()) : 0;
    exit_code_ = signal_ != 0 ? 128 + signal_ : std::atoi(first.c_str());
    state_ = State::kEnded;
  }
  on_change_();
}

void ChildProcess::on_end_of_reports() {
  loop_.remove(reports_.get(), *this);
  reports_.reset();
  orders_.reset();
  ::waitpid(std::exchange(supervisor_, -1), nullptr, 0);  // it is about to end: its descriptors are closed
  if (!alive()) return;
  // Somebody killed the supervisor; the program dies with it.
  signal_ = SIGKILL;
  exit_code_ = 128 + SIGKILL;
  state_ = State::kEnded;
  on_change_();
}

}  // namespace graylane::local
