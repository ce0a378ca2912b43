#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>
#include <yaml.h>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "doc/print.h"

namespace graylane::cli {

namespace {

std::string pcre2_version() {
  std::string version(static_cast<size_t>(pcre2_config(PCRE2_CONFIG_VERSION, nullptr)), '\0');
  pcre2_config(PCRE2_CONFIG_VERSION, version.data());
  return version.substr(0, version.find('\0'));
}

std::string compiler() {
#if defined(__clang__)
  return "clang " + std::string(__clang_version__);
#else
  return "gcc " + std::string(__VERSION__);
#endif
}

std::string build() {
  const std::string sanitizers = GRAYLANE_SANITIZERS;
  return std::string(GRAYLANE_BUILD_TYPE) + (sanitizers.empty() ? "" : " with " + sanitizers + " sanitizer");
}

}  // namespace

std::string program_version() { return GRAYLANE_VERSION; }

int version(const std::string& output, Io& io) {
  const std::pair<const char*, std::string> facts[] = {{"version", program_version()},
                                                       {"build", build()},
                                                       {"compiler", compiler()},
                                                       {"pcre2", pcre2_version()},
                                                       {"libyaml", yaml_get_version_string()}};
  if (output == "json") {
    doc::Object object;
    for (const auto& [key, value] : facts) object.set(key, doc::Value(value));
    io.out.line(doc::to_json(doc::Value(std::move(object))));
    return kOk;
  }
  Columns columns;
  for (const auto& [key, value] : facts) columns.row({key == std::string_view("version") ? "graylane" : key, value});
  io.out.write(columns.text(1));
  return kOk;
}

}  // namespace graylane::cli
