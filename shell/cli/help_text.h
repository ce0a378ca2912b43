// What the help pages say beside the flags: data.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace graylane::cli {

struct CommandText {
  std::string_view name;
  std::string_view group;
  std::string_view purpose;                // one line
  std::vector<std::string_view> usage;     // lines
  std::string_view details;                // paragraphs; may be empty
  std::vector<std::string_view> examples;  // lines that run as they are
  std::vector<std::string_view> exit_codes;
  std::string_view next;  // one line
};

struct TopicText {
  std::string_view name;
  std::string_view purpose;
  std::string_view text;
};

/// In the order of the overview.
std::span<const CommandText> command_texts();
const CommandText& command_text(std::string_view name);
std::span<const TopicText> topic_texts();

}  // namespace graylane::cli
