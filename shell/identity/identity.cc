#include "identity/identity.h"

#include <algorithm>
#include <array>
#include <utility>

namespace graylane::identity {

namespace {

struct RoleNames {
  Role role;
  std::string_view name;
  std::string_view group;
};
constexpr std::array kRoles = {
    RoleNames{Role::kAdmin, "admin", "system:masters"},
    RoleNames{Role::kOperator, "operator", "graylane:operators"},
    RoleNames{Role::kViewer, "viewer", "graylane:viewers"},
    RoleNames{Role::kNone, "none", ""},
};

const RoleNames& names_of(Role role) { return *std::ranges::find(kRoles, role, &RoleNames::role); }

}  // namespace

std::string_view name_of(Role role) { return names_of(role).name; }
std::string_view group_of(Role role) { return names_of(role).group; }

std::optional<Role> parse_role(std::string_view text) {
  const auto found = std::ranges::find(kRoles, text, &RoleNames::name);
  if (found == kRoles.end() || found->role == Role::kNone) return std::nullopt;
  return found->role;
}

Role role_of(const std::vector<std::string>& groups) {
  const auto found = std::ranges::find_if(kRoles, [&](const RoleNames& role) {  // the strongest comes first
    return role.role != Role::kNone && std::ranges::find(groups, role.group) != groups.end();
  });
  return found == kRoles.end() ? Role::kNone : found->role;
}

bool Identity::authenticated() const { return std::ranges::find(groups, kAuthenticatedGroup) != groups.end(); }

Identity anonymous() {
  return {.user = "system:anonymous", .groups = {"system:unauthenticated"}, .role = Role::kNone, .only_namespace = {}};
}

Identity user_of_role(std::string user, Role role, std::string only_namespace) {
  Identity identity{.user = std::move(user), .groups = {}, .role = role, .only_namespace = std::move(only_namespace)};
  if (role != Role::kNone) identity.groups.emplace_back(group_of(role));
  identity.groups.emplace_back(kAuthenticatedGroup);
  return identity;
}

}  // namespace graylane::identity
