// Identity: who makes a request, and which of the three roles that gives. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graylane::identity {

enum class Role : uint8_t { kNone, kViewer, kOperator, kAdmin };

/// "viewer", "operator", "admin"; "none".
std::string_view name_of(Role role);
/// Of the three that can be given; nothing for another text.
std::optional<Role> parse_role(std::string_view text);
/// The group that a role is known by in certificates and reviews: "graylane:viewers", "graylane:operators", "system:masters".
std::string_view group_of(Role role);
/// The strongest role that one of the groups gives.
Role role_of(const std::vector<std::string>& groups);

inline constexpr std::string_view kAuthenticatedGroup = "system:authenticated";

struct Identity {
  std::string user;
  std::vector<std::string> groups;
  Role role = Role::kNone;
  std::string only_namespace;  // empty: the role holds everywhere

  bool authenticated() const;
};

/// system:anonymous, in system:unauthenticated.
Identity anonymous();
/// A user in the groups that the role gives. For tokens, and for who reaches the process by its own socket.
Identity user_of_role(std::string user, Role role, std::string only_namespace = {});

}  // namespace graylane::identity
