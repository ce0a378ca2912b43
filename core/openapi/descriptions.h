// What the built-in types and their fields are for, in a sentence each: the fields that people ask about (`kubectl explain`). Others
// have no description. Pure; the table is made at the first call and constant from then on, safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graylane::openapi {

/// `type`: the last part of a definition's name: "DeploymentSpec". Empty: nothing is said.
std::string_view description_of(std::string_view type);
std::string_view description_of(std::string_view type, std::string_view field);

/// All that is described: "DeploymentSpec", "DeploymentSpec.replicas".
std::vector<std::string> described();

}  // namespace graylane::openapi
