#include "openapi/descriptions.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "openapi/description_tables.h"

namespace graylane::openapi {
namespace {

/// Lines are "Type: sentence", and below it, indented, "field: sentence".
void read(std::string_view table, std::vector<std::pair<std::string, std::string_view>>& entries) {
  std::string type;
  while (!table.empty()) {
    const size_t end = std::min(table.find('\n'), table.size());
    std::string_view line = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    const size_t begin = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(begin);
    const size_t colon = line.find(": ");
    if (colon == line.npos) continue;
    const std::string name(line.substr(0, colon));
    if (begin == 0) type = name;
    entries.emplace_back(begin == 0 ? name : type + "." + name, line.substr(colon + 2));
  }
}

using Entries = std::vector<std::pair<std::string, std::string_view>>;

const Entries& entries() {
  static const Entries kEntries = [] {
    Entries made;
    for (const char* table :
         {kMetaDescriptions, kPodDescriptions, kWorkloadDescriptions, kNetworkDescriptions, kOtherDescriptions})
      read(table, made);
    std::ranges::sort(made);
    return made;
  }();
  return kEntries;
}

std::string_view find(const std::string& name) {
  const auto found = std::ranges::lower_bound(entries(), name, {}, &Entries::value_type::first);
  return found != entries().end() && found->first == name ? found->second : std::string_view();
}

}  // namespace

std::string_view description_of(std::string_view type) { return find(std::string(type)); }

std::string_view description_of(std::string_view type, std::string_view field) {
  const std::string_view own = find(std::string(type) + "." + std::string(field));
  return own.empty() ? find("Any." + std::string(field)) : own;
}

std::vector<std::string> described() {
  std::vector<std::string> names;
  for (const auto& [name, sentence] : entries()) names.push_back(name);
  return names;
}

}  // namespace graylane::openapi
