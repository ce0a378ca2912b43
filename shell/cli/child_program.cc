#include "cli/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace graylane::cli {

namespace {

std::unexpected<Error> failed(const std::string& doing) {
  return fail(ErrorCode::kUnavailable, doing + ": " + std::generic_category().message(errno), {}, {});
}

/// In a group of its own: Ctrl-C is for its parent, which ends it once.
[[noreturn]] void become(std::vector<char*>& arguments, int lines, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it ended before prctl()
  ::dup2(lines, STDERR_FILENO);
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(127);
}

}  // namespace

Result<ChildProgram> ChildProgram::start(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("a pipe cannot be made");
  net::Fd read_end(ends[0]);
  const net::Fd write_end(ends[1]);
  std::vector<std::string> texts = {"graylane"};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return failed("a process cannot be started");
  if (pid == 0) become(pointers, write_end.get(), parent);
  return ChildProgram(pid, std::move(read_end));
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      lines_(std::move(other.lines_)),
      buffer_(std::move(other.buffer_)),
      ended_(other.ended_) {}

ChildProgram::~ChildProgram() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::optional<std::string> ChildProgram::next_line(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (const size_t end = buffer_.find('\n'); end != buffer_.npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd polled{lines_.get(), POLLIN, 0};
    if (ended_ || left.count() <= 0 || ::poll(&polled, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    std::array<char, 4096> bytes;
    const ssize_t size = ::read(lines_.get(), bytes.data(), bytes.size());
    if (size > 0) buffer_.append(bytes.data(), static_cast<size_t>(size));
    ended_ = size == 0;
  }
}

int ChildProgram::terminate() {
  ::kill(pid_, SIGTERM);
  while (!ended_) next_line(std::chrono::seconds(1));
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace graylane::cli
