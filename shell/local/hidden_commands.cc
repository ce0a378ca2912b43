#include "local/hidden_commands.h"

#include <string_view>

#include "local/sample_server.h"
#include "local/supervise.h"

namespace graylane::local {

std::optional<int> run_hidden_command(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "supervise") return run_supervisor(argc, argv);
  if (command == "sample-server") return run_sample_server(argc, argv);
  return std::nullopt;
}

}  // namespace graylane::local
