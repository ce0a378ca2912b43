#include "cli/run.h"

#include <fmt/format.h>

#include <system_error>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/remote.h"
#include "cli/suggest.h"

namespace graylane::cli {

namespace {

int help(const CommandLine& line, const std::string& subject, Io& io) {
  if (subject.empty()) return io.out.write(overview(line, io.out_width)), kOk;
  if (const auto page = help_page(line, subject, io.out_width)) return io.out.write(*page), kOk;
  const std::string meant = nearest(subject, help_subjects());
  tell(io, {ErrorCode::kInvalid,
            fmt::format("no help on \"{}\"", subject),
            {},
            meant.empty() ? "see: graylane help" : fmt::format("did you mean graylane help {}?", meant)});
  return kUsage;
}

int completion(const CommandLine& line, Io& io) {
  const auto script = completion_script(line, line.shell);
  if (script) return io.out.write(*script), kOk;
  tell(io, {ErrorCode::kInvalid,
            line.shell.empty() ? "completion needs the name of a shell" : fmt::format("no completion for \"{}\"", line.shell),
            {},
            "write bash, zsh or fish"});
  return kUsage;
}

int dispatch(const CommandLine& line, const std::vector<std::string>& arguments, Io& io) {
  const std::string command = line.command();
  if (line.show_version && command.empty()) return version(line.version_output, io);
  if (line.help || command.empty()) return help(line, command, io);
  if (io.running == nullptr && asks_instance(line)) return ask(line, arguments, io);
  if (command == "up") return up(line.up, io);
  if (command == "split") return split(line.split, io);
  if (command == "logs") return logs(line.logs, io);
  if (command == "kubeconfig") return kubeconfig(line.kubeconfig, io);
  if (command == "token") return token(line.token, io);
  if (command == "backup") return backup(line.copy, io);
  if (command == "restore") return restore(line.copy, io);
  if (command == "doctor") return doctor(line.doctor, io);
  if (command == "demo") return demo(line.demo, io);
  if (command == "explain") return explain(line.explain, io);
  if (command == "lint") return lint(line.lint, io);
  if (command == "get") return get(line.get, io);
  if (command == "describe") return describe(line.describe, io);
  if (command == "version") return version(line.version_output, io);
  if (command == "completion") return completion(line, io);
  return help(line, line.topic, io);
}

}  // namespace

int run(const std::vector<std::string>& arguments, Io& io) {
  CommandLine line;
  const auto parsed = line.parse(arguments);
  if (line.no_color) io.out_colour = io.err_colour = false;
  if (!parsed && !line.help) return tell(io, parsed.error()), kUsage;
  const int code = dispatch(line, arguments, io);
  io.out.flush();
  if (io.out.failure() == 0) return code;
  tell(io, {ErrorCode::kUnavailable, "stdout cannot be written: " + std::generic_category().message(io.out.failure()), {}, {}});
  return kFailed;
}

}  // namespace graylane::cli
