// CommandLine: the tree of commands and flags (CLI11), and what was given. Lives for one run. CLI11's exceptions end here.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/flags.h"

namespace graylane::cli {

class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Without the program's name. Errors are of usage.
  Result<void> parse(const std::vector<std::string>& arguments);

  const CLI::App& tree() const { return root_; }
  /// Null when there is none of that name.
  const CLI::App* find(std::string_view command) const;
  /// Of the last parse(), as far as it came; empty: none.
  std::string command() const;

  bool help = false;
  bool no_color = false;
  ExplainFlags explain;
  LintFlags lint;
  GetFlags get;
  DescribeFlags describe;
  UpFlags up;
  SplitFlags split;
  LogsFlags logs;
  KubeconfigFlags kubeconfig;
  TokenFlags token;
  CopyFlags copy;
  DoctorFlags doctor;
  DemoFlags demo;
  bool show_version = false;
  std::string version_output = "text";
  std::string shell;
  std::string topic;

 private:
  CLI::App& add(std::string_view name);
  void add_explain();
  void add_lint();
  void add_get();
  void add_describe();
  void add_up();
  void add_watching();
  void add_trying();
  void add_access();
  void add_others();
  /// "--x=v" becomes "--x" "v" and, for a switch, "--x" "true" becomes "--x=true", so that both spellings work everywhere.
  std::vector<std::string> spell(const std::vector<std::string>& arguments) const;
  /// What CLI11 left over: unknown flags and commands, too many arguments.
  Result<void> check_rest(const CLI::App& app) const;
  Result<void> check_values(const CLI::App& app) const;
  std::unexpected<Error> no_value(const CLI::Option& option) const;
  std::unexpected<Error> misuse(std::string what) const;
  std::unexpected<Error> further_argument(const CLI::App& app, const std::string& argument) const;
  std::unexpected<Error> not_yet(const std::string& flag) const;
  std::unexpected<Error> of_kubectl(const std::string& verb) const;

  CLI::App root_;
};

/// The names of flags, "--requests" and "-f".
std::vector<std::string> flag_names(const CLI::App& app);
/// What a flag with the placeholder "{text | json}" can be; empty: anything.
std::vector<std::string> choices_of(const CLI::Option& option);
std::vector<std::string> command_names();

}  // namespace graylane::cli
