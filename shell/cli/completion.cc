#include "cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/help.h"
#include "cli/help_text.h"
#include "cli/kind_name.h"

namespace graylane::cli {

namespace {

struct Flag {
  std::vector<std::string> names;  // "-f", "--filename"
  std::string text;
  enum class Value { kNone, kFile, kChoice, kOther } value = Value::kNone;
  std::vector<std::string> choices;
};

struct Command {
  std::string name;
  std::string text;
  std::vector<Flag> flags;
  std::vector<std::string> words;  // what its first argument may be
};

Flag::Value value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return Flag::Value::kNone;
  const std::string placeholder = option.get_type_name();
  if (placeholder == "<file>" || placeholder == "<dir-or-file>") return Flag::Value::kFile;
  return choices_of(option).empty() ? Flag::Value::kOther : Flag::Value::kChoice;
}

std::vector<std::string> words_of(std::string_view command) {
  if (command == "help") return help_subjects();
  if (command == "completion") return {"bash", "zsh", "fish"};
  if (command != "get" && command != "describe") return {};
  std::vector<std::string> words = kind_words({});
  if (command == "get") words.emplace_back("routes");
  return words;
}

std::vector<Flag> flags_of(const CLI::App& app) {
  std::vector<Flag> flags;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->nonpositional()) continue;
    Flag flag{{}, option->get_description(), value_of(*option), choices_of(*option)};
    for (const std::string& name : option->get_snames()) flag.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) flag.names.push_back("--" + name);
    flags.push_back(std::move(flag));
  }
  return flags;
}

std::vector<Command> commands_of(const CommandLine& line) {
  std::vector<Command> commands;
  for (const CommandText& text : command_texts()) {
    commands.push_back({std::string(text.name), std::string(text.purpose), flags_of(*line.find(text.name)), words_of(text.name)});
  }
  return commands;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size()) text.replace(at, what.size(), by);
  return text;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// ---- bash

std::string bash_values(const Flag& flag) {
  const std::string pattern = fmt::format("{}", fmt::join(flag.names, "|"));
  switch (flag.value) {
    case Flag::Value::kNone: return {};
    case Flag::Value::kFile:
      return fmt::format("        {}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n",
                         pattern);
    case Flag::Value::kChoice: return fmt::format("        {}) words=\"{}\" ;;\n", pattern, joined(flag.choices));
    case Flag::Value::kOther: break;
  }
  return fmt::format("        {}) return ;;\n", pattern);
}

std::string bash_command(const Command& command) {
  std::vector<std::string> words = command.words;
  std::string values;
  for (const Flag& flag : command.flags) {
    words.insert(words.end(), flag.names.begin(), flag.names.end());
    values += bash_values(flag);
  }
  return fmt::format("    {})\n      words=\"{}\"\n      case \"$prev\" in\n{}      esac ;;\n", command.name, joined(words),
                     values.empty() ? "        *) ;;\n" : values);
}

std::string bash(const std::vector<Command>& commands) {
  std::string cases;
  for (const Command& command : commands) cases += bash_command(command);
  return fmt::format(R"(# bash completion for graylane; load it with: source <(graylane completion bash)
_graylane() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command= words= i
  # bash splits --flag=value at the equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " {0} " in *" ${{COMP_WORDS[i]}} "*) command=${{COMP_WORDS[i]}}; break ;; esac
  done
  COMPREPLY=()
  case "$command" in
    "") words="{0} --help --no-color" ;;
{1}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}}
complete -F _graylane graylane
)",
                     joined(command_names()), cases);
}

// ---- zsh

std::string zsh_text(const std::string& text) {
  return replaced(replaced(replaced(replaced(text, "'", "'\\''"), "[", "\\["), "]", "\\]"), ":", "\\:");
}

std::string zsh_flag(const Flag& flag) {
  std::string value;
  if (flag.value == Flag::Value::kFile) value = ":file:_files";
  if (flag.value == Flag::Value::kChoice) value = fmt::format(":choice:({})", joined(flag.choices));
  if (flag.value == Flag::Value::kOther) value = ":value: ";
  std::string out;
  for (const std::string& name : flag.names) {
    const std::string equals = name.starts_with("--") && !value.empty() ? "=" : "";
    out += fmt::format(" \\\n        '*{}{}[{}]{}'", name, equals, zsh_text(flag.text), value);
  }
  return out;
}

std::string zsh(const std::vector<Command>& commands) {
  std::string names, cases;
  for (const Command& command : commands) {
    names += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.text));
    std::string flags;
    for (const Flag& flag : command.flags) flags += zsh_flag(flag);
    const std::string words = command.words.empty() ? "" : fmt::format(" \\\n        '1:argument:({})'", joined(command.words));
    cases += fmt::format("    {})\n      _arguments -s{}{} ;;\n", command.name, flags, words);
  }
  return fmt::format(R"(#compdef graylane
# zsh completion for graylane; put it into a folder of $fpath as _graylane, or load it with: source <(graylane completion zsh)
_graylane() {{
  local -a commands
  local context state state_descr line
  typeset -A opt_args
  commands=(
{}  )
  _arguments -C '1:command:->command' '*::argument:->arguments'
  if [[ $state == command ]]; then
    _describe command commands
    return
  fi
  case $words[1] in
{}  esac
}}
if [[ $funcstack[1] == _graylane ]]; then _graylane "$@"; else compdef _graylane graylane; fi
)",
                     names, cases);
}

// ---- fish

std::string fish_text(const std::string& text) { return replaced(replaced(text, "\\", "\\\\"), "'", "\\'"); }

std::string fish_flag(const Command& command, const Flag& flag) {
  std::string out = fmt::format("complete -c graylane -n '__fish_seen_subcommand_from {}'", command.name);
  for (const std::string& name : flag.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (flag.value == Flag::Value::kFile) out += " -r -F";
  if (flag.value == Flag::Value::kChoice) out += fmt::format(" -x -a '{}'", joined(flag.choices));
  if (flag.value == Flag::Value::kOther) out += " -x";
  return out + fmt::format(" -d '{}'\n", fish_text(flag.text));
}

std::string fish(const std::vector<Command>& commands) {
  std::string out =
      "# fish completion for graylane; put it into ~/.config/fish/completions/graylane.fish\ncomplete -c graylane -f\n";
  for (const Command& command : commands) {
    out += fmt::format("complete -c graylane -n __fish_use_subcommand -a {} -d '{}'\n", command.name, fish_text(command.text));
  }
  for (const Command& command : commands) {
    if (!command.words.empty())
      out +=
          fmt::format("complete -c graylane -n '__fish_seen_subcommand_from {}' -a '{}'\n", command.name, joined(command.words));
    for (const Flag& flag : command.flags) out += fish_flag(command, flag);
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_script(const CommandLine& line, std::string_view shell) {
  if (shell == "bash") return bash(commands_of(line));
  if (shell == "zsh") return zsh(commands_of(line));
  if (shell == "fish") return fish(commands_of(line));
  return std::nullopt;
}

}  // namespace graylane::cli
