#include "route/table.h"

#include <algorithm>

namespace graylane::route {

namespace {

/// It may answer, or turn the request into a redirect. All other parts of a policy are for whoever forwards.
bool acts(const Policy& policy) {
  return policy.closed || policy.redirect || policy.https_redirect || !policy.deny.empty() || !policy.allow.empty() ||
         policy.closed_by_auth || policy.rewrite;
}

/// What ingress-nginx's expression for a wildcard accepts: [\w-]+
bool is_label(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool same_file(const FileName& a, const FileName& b) { return a == b || (a && b && *a == *b); }

}  // namespace

bool ObjectRef::operator==(const ObjectRef& other) const { return name == other.name && same_file(file, other.file); }

void Host::build_index() {
  index.build(rules);
  for (Rule& rule : rules) rule.policy_acts = acts(*policies[rule.policy]);
}

const Host& Table::find_host(std::string_view name, RegexScratch& scratch) const {
  if (const HostPtr* host = exact.find(name)) return **host;
  const size_t first_dot = name.find('.');
  if (any_suffix.size() > 0) {
    for (size_t dot = first_dot; dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
      if (const HostPtr* host = any_suffix.find(name.substr(dot))) return **host;
    }
  }
  if (one_label.size() > 0 && first_dot != std::string_view::npos && is_label(name.substr(0, first_dot))) {
    if (const HostPtr* host = one_label.find(name.substr(first_dot))) return **host;
  }
  for (const HostRegex& candidate : regexes) {
    if (candidate.regex->search(name, scratch) == RegexOutcome::kMatch) return *candidate.host;
  }
  return *fallback;
}

}  // namespace graylane::route
