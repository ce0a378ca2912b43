#include "cli/remote.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/run.h"
#include "net/fd.h"

namespace graylane::cli {

namespace {

const ReadFlags* read_flags(const CommandLine& line) {
  const std::string command = line.command();
  if (command == "explain") return &line.explain.read;
  if (command == "get") return &line.get.read;
  if (command == "describe") return &line.describe.read;
  if (command == "split") return &line.split.read;
  return nullptr;
}

Result<void> check_words(const CommandLine& line) {
  const std::string command = line.command();
  if (command == "explain") return check_words(line.explain);
  if (command == "get") return check_words(line.get);
  return command == "describe" ? check_words(line.describe) : Result<void>();
}

/// How an instance reads Ingresses was said when it was started.
bool says_how_to_read(const ReadFlags& flags) {
  ReadFlags plain;
  plain.state = flags.state;
  return flags != plain;
}

/// At most what a command may have, and one byte.
Result<std::string> read_all(int fd, const std::string& name) {
  std::string text;
  std::array<char, 64 * 1024> buffer;
  while (text.size() <= daemon::kCommandBytesMax) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size == 0) return text;
    if (size > 0) {
      text.append(buffer.data(), static_cast<size_t>(size));
    } else if (errno != EINTR) {
      return fail(ErrorCode::kUnavailable, "cannot be read: " + std::generic_category().message(errno),
                  {std::make_shared<const std::string>(name), {}}, "name a file of requests, or - for standard input");
    }
  }
  return text;
}

Result<std::string> input_of(const CommandLine& line, const Io& io) {
  const std::string& name = line.explain.requests;
  if (line.command() != "explain" || name.empty()) return std::string();
  if (name == "-") return read_all(io.in_fd, "<stdin>");
  const net::Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  return read_all(file.get(), name);
}

}  // namespace

bool asks_instance(const CommandLine& line) {
  const ReadFlags* flags = read_flags(line);
  return flags != nullptr && flags->path.empty();
}

int ask(const CommandLine& line, const std::vector<std::string>& arguments, Io& io) {
  const ReadFlags& flags = *read_flags(line);
  if (auto checked = check_words(line); !checked) return tell(io, checked.error()), kUsage;
  if (says_how_to_read(flags)) {
    tell(io, {ErrorCode::kInvalid,
              "a running instance was told how to read Ingresses when it was started",
              {},
              "leave those flags away, or name manifests with -f"});
    return kUsage;
  }
  auto input = input_of(line, io);
  if (!input) return tell(io, input.error()), kFailed;
  const auto answered =
      daemon::ask_instance(flags.state, {arguments, std::move(*input), io.out_colour, io.err_colour, io.out_width, io.err_width});
  if (!answered) {
    Error error = answered.error();
    const bool may_read = line.command() != "split" && error.code == ErrorCode::kNotFound;
    if (may_read) error.fix = "start one with graylane up -f DIR, name its folder with --state, or name manifests with -f";
    tell(io, error);
    return answered.error().code == ErrorCode::kNotFound ? kUsage : kFailed;
  }
  io.out.write(answered->out);
  io.out.flush();
  io.err.write(answered->err);
  io.err.flush();
  return answered->exit_code;
}

daemon::CommandAnswer answer(const daemon::Command& command, RunningInstance& instance) {
  daemon::CommandAnswer answer;
  CommandLine line;
  if (!line.parse(command.arguments) || !(asks_instance(line) || line.command() == "doctor"))
    return {kUsage, "", "error: no command for an instance\n"};
  net::Fd input(::memfd_create("input", MFD_CLOEXEC));
  if (::pwrite(input.get(), command.input.data(), command.input.size(), 0) != static_cast<ssize_t>(command.input.size()))
    return {kFailed, "", "error: no memory for the command's input\n"};
  {
    Output out(answer.out);
    Output err(answer.err);
    Io io{out,       err,       input.get(), command.out_colour, command.err_colour, command.out_width, command.err_width,
          &instance, "graylane"};
    answer.exit_code = run(command.arguments, io);
  }
  return answer;
}

}  // namespace graylane::cli
