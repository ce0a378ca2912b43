#include "local/launch.h"

#include <filesystem>
#include <utility>

#include "api/view_fields.h"

namespace graylane::local {

namespace {

namespace fields = api::fields;
using doc::Value;

std::vector<std::string> texts(const Value& container, std::string_view member, const Environment& variables) {
  std::vector<std::string> result;
  for (const Value& item : fields::items(&container, member)) {
    if (const std::string* text = item.as_string()) result.push_back(expand(*text, variables));
  }
  return result;
}

std::vector<std::string> expand_all(const std::vector<std::string>& items, const Environment& variables) {
  std::vector<std::string> result;
  for (const std::string& item : items) result.push_back(expand(item, variables));
  return result;
}

void append(std::vector<std::string>& to, std::vector<std::string> items) {
  to.insert(to.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

std::vector<std::string> command_of(const Value& container, const ImageEntry* entry, const std::string& program,
                                    const Environment& variables) {
  std::vector<std::string> command = texts(container, "command", variables);
  std::vector<std::string> arguments = texts(container, "args", variables);
  if (command.empty() && entry && !entry->sample.empty()) return {program, "sample-server", entry->sample};
  if (command.empty() && entry) {
    command = expand_all(entry->command, variables);
    if (arguments.empty()) arguments = expand_all(entry->args, variables);
  }
  append(command, std::move(arguments));
  return command;
}

std::string folder_of(const Value& container, const ImageEntry* entry, const std::string& base) {
  std::string folder =
      fields::text(&container, "workingDir", entry ? std::string_view(entry->working_folder) : std::string_view());
  return (std::filesystem::path(base) / folder).string();  // an absolute one replaces the base
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

Waiting not_mapped(const std::string& image, const std::string& folder) {
  if (image.empty()) return {"ErrImageNotMapped", "the container has neither command nor image; give it a command"};
  return {"ErrImageNotMapped", "no program is known for image " + quoted(image) +
                                   ": local Pods run programs of this machine. Give the container a " + "`command`, or add to " +
                                   folder + "/images.yaml a line such as `" + std::string(repository_of(image)) +
                                   ": [./program, --port, $(PORT)]`, or `" + std::string(repository_of(image)) +
                                   ": {sample: \"text\"}` for the built-in sample server"};
}

}  // namespace

std::expected<Launch, Waiting> plan_launch(const PodFacts& facts, const Value& container, const ImageMap& images,
                                           const std::string& program, const Environment& inherited) {
  const std::string image = fields::text(&container, "image");
  const ImageEntry* entry = images.find(image);
  Environment base = inherited;
  if (entry) {
    for (const auto& [name, value] : entry->env) base[name] = value;
  }
  auto environment = environment_of(facts, container, std::move(base));
  if (!environment) return std::unexpected(Waiting{"CreateContainerConfigError", environment.error().what});
  Launch launch{command_of(container, entry, program, *environment), std::move(*environment),
                folder_of(container, entry, images.folder())};
  if (fields::items(&container, "command").empty() && !entry) return std::unexpected(not_mapped(image, images.folder()));
  if (launch.command.empty()) return std::unexpected(not_mapped(image, images.folder()));
  return launch;
}

}  // namespace graylane::local
