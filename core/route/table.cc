#include "route/table.h"

#include <algorithm>

namespace graylane::route {

namespace {

/// What ingress-nginx's expression for a wildcard accepts: [\w-]+
bool is_label(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool same_file(const FileName& a, const FileName& b) { return a == b || (a && b && *a == *b); }

}  // namespace

bool ObjectRef::operator==(const ObjectRef& other) const { return name == other.name && same_file(file, other.file); }

HostMap<HostPtr>::Found Table::find(std::string_view name, uint64_t hash, RegexScratch& scratch) const {
  if (const auto found = exact.find_target(name, hash)) return found;
  const size_t first_dot = name.find('.');
  if (any_suffix.size() > 0) {
    for (size_t dot = first_dot; dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
      const std::string_view suffix = name.substr(dot);
      if (const auto found = any_suffix.find_target(suffix, hash_name(suffix))) return found;
    }
  }
  if (one_label.size() > 0 && first_dot != std::string_view::npos && is_label(name.substr(0, first_dot))) {
    const std::string_view suffix = name.substr(first_dot);
    if (const auto found = one_label.find_target(suffix, hash_name(suffix))) return found;
  }
  for (const HostRegex& candidate : regexes) {
    if (candidate.regex->search(name, scratch) == RegexOutcome::kMatch) return {candidate.host.get(), candidate.host->index};
  }
  return {fallback.get(), fallback->index};
}

}  // namespace graylane::route
