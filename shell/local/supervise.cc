#include "local/supervise.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "local/log_file.h"
#include "local/process_tree.h"
#include "net/fd.h"

namespace graylane::local {

namespace {

constexpr int kOrders = 0;
constexpr int kReports = 1;
constexpr int kExecFailed = 127;

void report(const char* format, auto... arguments) {
  std::array<char, 128> line;
  const int size = std::snprintf(line.data(), line.size(), format, arguments...);
  // When nobody reads any more the end of the orders tells.
  if (size > 0 && ::write(kReports, line.data(), static_cast<size_t>(size)) < 0) return;
}

/// What keeps the program from starting, told from the forked child through a pipe that a successful exec closes.
struct Failure {
  int error = 0;
  enum Step : int { kFolder, kExec } step = kExec;
};

/// In the forked child. Never returns.
[[noreturn]] void become_program(char** argv, const char* folder, int output, int failures, pid_t supervisor) {
  const auto give_up = [&](Failure::Step step) {
    const Failure failure{errno, step};
    if (::write(failures, &failure, sizeof failure) < 0) ::_exit(kExecFailed);
    ::_exit(kExecFailed);
  };
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(kExecFailed);  // it died before we asked to die with it
  ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (::chdir(folder) != 0) give_up(Failure::kFolder);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::execvp(argv[0], argv);
  give_up(Failure::kExec);
  ::_exit(kExecFailed);
}

class Supervisor {
 public:
  Supervisor(const char* log, uint64_t log_bytes_max, const char* folder, char** argv)
      : log_(log, log_bytes_max), folder_(folder), argv_(argv) {}

  int run() {
    if (!prepare() || !start()) return 1;
    while (!finished_) turn();
    drain_output();
    if (WIFSIGNALED(status_)) report("ended SIGNAL %d\n", WTERMSIG(status_));
    else report("ended %d\n", WEXITSTATUS(status_));
    return 0;
  }

 private:
  bool prepare() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_NAME, "graylane-pod");
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is for the log what a full disk is
    sigset_t watched;
    ::sigemptyset(&watched);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&watched, number);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    signals_.reset(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    ::fcntl(kOrders, F_SETFL, O_NONBLOCK);
    return static_cast<bool>(signals_);
  }

  bool start() {
    std::array<int, 2> output{}, failures{};
    if (::pipe2(output.data(), O_CLOEXEC) != 0 || ::pipe2(failures.data(), O_CLOEXEC) != 0) return fail_to_start(errno, "pipe");
    output_.reset(output[0]);
    ::fcntl(output[0], F_SETFL, O_NONBLOCK);
    net::Fd output_end(output[1]), failures_begin(failures[0]), failures_end(failures[1]);
    const pid_t self = ::getpid();
    program_ = ::fork();
    if (program_ < 0) return fail_to_start(errno, "fork");
    if (program_ == 0) become_program(argv_, folder_, output_end.get(), failures_end.get(), self);
    output_end.reset();
    failures_end.reset();
    Failure failure;
    if (::read(failures_begin.get(), &failure, sizeof failure) == sizeof failure)
      return fail_to_start(failure.error, failure.step == Failure::kFolder ? "folder" : "exec");
    report("started %d\n", static_cast<int>(program_));
    return true;
  }

  static bool fail_to_start(int error, const char* step) {
    report("failed %d %s\n", error, step);
    return false;
  }

  void turn() {
    std::array<pollfd, 3> waiting = {pollfd{orders_open_ ? kOrders : -1, POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                                     pollfd{output_open_ ? output_.get() : -1, POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) return;
    if (waiting[0].revents != 0) read_orders();
    if (waiting[2].revents != 0) drain_output();
    if (waiting[1].revents != 0) read_signals();
    if (killing_) kill_all();
  }

  void read_orders() {
    std::array<char, 16> orders;
    const ssize_t size = ::read(kOrders, orders.data(), orders.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) orders_open_ = false, killing_ = true;
    for (const char order : std::string_view(orders.data(), size > 0 ? static_cast<size_t>(size) : 0)) {
      if (order == static_cast<char>(Order::kStop)) stop();
      if (order == static_cast<char>(Order::kKill)) killing_ = true;
    }
  }

  void stop() {
    stopping_ = true;
    if (!ended_) ::kill(-program_, SIGTERM);
  }

  void read_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) stop();  // somebody means the container when they mean us
    }
    reap();
  }

  void reap() {
    for (;;) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) finished_ = true;  // no child is left
      if (pid <= 0) break;
      if (pid == program_) {
        ended_ = true;
        status_ = status;
      }
    }
    if (ended_ && !stopping_) killing_ = true;
  }

  /// Children of killed processes come to us and are killed in the next round, which their SIGCHLD begins.
  void kill_all() {
    if (!ended_) ::kill(-program_, SIGKILL);
    for (const pid_t child : children_of(::getpid())) ::kill(child, SIGKILL);
    reap();
  }

  void drain_output() {
    std::array<char, 64 * 1024> buffer;
    for (int rounds = 0; rounds < 64; ++rounds) {
      const ssize_t size = ::read(output_.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size == 0) output_open_ = false;
      if (size <= 0) return;
      log_.append({buffer.data(), static_cast<size_t>(size)}, std::chrono::system_clock::now());
    }
  }

  LogFile log_;
  const char* const folder_;
  char** const argv_;
  net::Fd signals_;
  net::Fd output_;
  pid_t program_ = -1;
  int status_ = 0;
  bool ended_ = false;     // the program itself
  bool finished_ = false;  // and everything else
  bool stopping_ = false;
  bool killing_ = false;
  bool orders_open_ = true;
  bool output_open_ = true;
};

}  // namespace

int run_supervisor(int argc, char** argv) {
  if (argc < 7) return 2;
  const int claim = std::atoi(argv[5]);
  if (claim >= 0) ::fcntl(claim, F_SETFD, FD_CLOEXEC);
  ::close_range(static_cast<unsigned>(std::max(claim, 2)) + 1, ~0U, 0);  // whatever somebody forgot to close
  ::fcntl(kOrders, F_SETFD, FD_CLOEXEC);
  ::fcntl(kReports, F_SETFD, FD_CLOEXEC);
  Supervisor supervisor(argv[2], std::strtoull(argv[3], nullptr, 10), argv[4], argv + 6);
  return supervisor.run();
}

}  // namespace graylane::local
