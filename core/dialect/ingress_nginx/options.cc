#include "dialect/ingress_nginx/options.h"

#include <array>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

struct Switch {
  std::string_view name;
  bool Compat::* field;
};

constexpr auto kSwitches = std::to_array<Switch>({
    {"nameless-cookie", &Compat::nameless_cookie},
    {"cross-namespace", &Compat::cross_namespace},
    {"shared-service", &Compat::shared_service},
    {"older-canary-404", &Compat::older_canary_404},
});

bool apply(std::string_view word, Compat& compat) {
  if (word == "safe" || word == "exact") {
    for (const Switch& known : kSwitches) compat.*known.field = word == "exact";
    return true;
  }
  const bool on = word.starts_with('+');
  if (!on && !word.starts_with('-')) return false;
  for (const Switch& known : kSwitches) {
    if (word.substr(1) != known.name) continue;
    compat.*known.field = on;
    return true;
  }
  return false;
}

}  // namespace

Result<Compat> parse_compat(std::string_view text) {
  Compat compat;
  for (const std::string_view word : split_list(text)) {
    if (apply(word, compat)) continue;
    return fail(ErrorCode::kInvalid, "unknown word \"" + std::string(word) + "\" in --compat", {},
                "use safe or exact, and +NAME or -NAME of nameless-cookie, cross-namespace, shared-service, older-canary-404");
  }
  return compat;
}

}  // namespace graylane::ingress_nginx
