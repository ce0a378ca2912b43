#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "cli/columns.h"
#include "cli/help_text.h"

namespace graylane::cli {

namespace {

constexpr size_t kFlagWidthMax = 40;
constexpr size_t kWidthMax = 100;  // longer lines are hard to read

size_t reading_width(size_t width) { return width == 0 ? kWidthMax : std::min(width, kWidthMax); }

/// Lines that people copy stay whole where `width` is 0.
std::string indented(std::string_view heading, std::span<const std::string_view> lines, size_t width = 0) {
  std::string out = fmt::format("\n{}\n", heading);
  for (const std::string_view line : lines)
    out += width == 0 ? fmt::format("  {}\n", line) : wrapped(fmt::format("  {}\n", line), width);
  return out;
}

std::string spelled(const CLI::Option& option) {
  std::string out = "  ";
  const auto& shorts = option.get_snames();
  out += shorts.empty() ? "    " : "-" + shorts.front() + ", ";
  for (const std::string& name : option.get_lnames()) out += "--" + name;
  const bool takes_value = option.get_items_expected_max() != 0;
  if (takes_value) return out + " " + option.get_type_name();
  return option.get_group().starts_with("Reading") ? out + "[=<bool>]" : out;
}

std::string flags_of(const CLI::App& app, size_t width) {
  std::vector<std::string> groups;
  for (const CLI::Option* option : app.get_options()) {
    const bool is_new = option->nonpositional() && std::ranges::find(groups, option->get_group()) == groups.end();
    if (is_new) groups.push_back(option->get_group());
  }
  std::string out;
  for (const std::string& group : groups) {
    Columns columns;
    for (const CLI::Option* option : app.get_options()) {
      if (option->nonpositional() && option->get_group() == group) columns.row({spelled(*option), option->get_description()});
    }
    out +=
        fmt::format("\n{}\n{}", group, columns.text(2, std::min(kFlagWidthMax, reading_width(width) / 2), reading_width(width)));
  }
  return out;
}

std::string arguments_of(const CLI::App& app, size_t width) {
  Columns columns;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->nonpositional()) columns.row({"  <" + option->get_name(true) + ">", option->get_description()});
  }
  return columns.empty() ? "" : "\nArguments\n" + columns.text(2, SIZE_MAX, reading_width(width));
}

std::string page(const CLI::App& app, const CommandText& text, size_t width) {
  std::string out = wrapped(fmt::format("{}\n", text.purpose), width, 0);
  out += indented("Usage", text.usage, reading_width(width));
  if (!text.details.empty()) out += wrapped(fmt::format("\n{}", text.details), reading_width(width), 0);
  out += arguments_of(app, width) + flags_of(app, width);
  out += indented("Examples", text.examples) + indented("Exit codes", text.exit_codes, reading_width(width));
  return out + wrapped(fmt::format("\nNext: {}\n", text.next), reading_width(width));
}

}  // namespace

std::string overview(const CommandLine& line, size_t width) {
  const size_t columns_width = reading_width(width);
  std::string out =
      wrapped("Progressive delivery with the manifests you already have: where requests go, and why\n", columns_width, 0);
  out += "\nUsage\n  graylane <command> [flags]\n";
  std::vector<std::string_view> groups;
  for (const CommandText& text : command_texts()) {
    if (std::ranges::find(groups, text.group) == groups.end()) groups.push_back(text.group);
  }
  for (const std::string_view group : groups) {
    Columns columns;
    for (const CommandText& text : command_texts()) {
      if (text.group == group) columns.row({fmt::format("  {:<12}", text.name), std::string(text.purpose)});
    }
    out += fmt::format("\n{}\n{}", group, columns.text(0, SIZE_MAX, columns_width));
  }
  Columns topics;
  for (const TopicText& topic : topic_texts()) topics.row({fmt::format("  {:<12}", topic.name), std::string(topic.purpose)});
  out += "\nTopics\n" + topics.text(0, SIZE_MAX, columns_width) + flags_of(line.tree(), width);
  constexpr std::string_view kExamples[] = {"graylane explain -f examples/nginx-canary http://www.example.com/",
                                            "graylane lint -f examples/nginx-canary",
                                            "graylane get -f examples/nginx-canary routes"};
  constexpr std::string_view kExits[] = {"0  ok", "1  failed", "2  usage", "3  not found"};
  return out + indented("Examples", kExamples) + indented("Exit codes", kExits) +
         "\nNext: graylane help <command> or graylane help <topic>\n";
}

std::optional<std::string> help_page(const CommandLine& line, std::string_view subject, size_t width) {
  if (const CLI::App* app = line.find(subject)) return page(*app, command_text(subject), width);
  for (const TopicText& topic : topic_texts()) {
    if (topic.name == subject)
      return wrapped(fmt::format("{}: {}\n\n{}", topic.name, topic.purpose, topic.text), reading_width(width), 0);
  }
  return std::nullopt;
}

std::vector<std::string> help_subjects() {
  std::vector<std::string> names;
  for (const CommandText& text : command_texts()) names.emplace_back(text.name);
  for (const TopicText& topic : topic_texts()) names.emplace_back(topic.name);
  return names;
}

}  // namespace graylane::cli
