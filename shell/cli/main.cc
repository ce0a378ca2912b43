#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "cli/output.h"
#include "cli/run.h"
#include "local/hidden_commands.h"

namespace {

bool has_colour(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

/// 0: no terminal, or one that does not say.
size_t width_of(int fd) {
  winsize size{};
  return isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = graylane::local::run_hidden_command(argc, argv)) return *code;
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is seen where we write
  graylane::cli::Output out(STDOUT_FILENO);
  graylane::cli::Output err(STDERR_FILENO);
  graylane::cli::Io io{out,
                       err,
                       STDIN_FILENO,
                       has_colour(STDOUT_FILENO),
                       has_colour(STDERR_FILENO),
                       width_of(STDOUT_FILENO),
                       width_of(STDERR_FILENO),
                       nullptr,
                       argc > 0 ? argv[0] : "graylane"};
  return graylane::cli::run({argv + 1, argv + argc}, io);
}
