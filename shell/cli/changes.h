// What is different between two route tables, for the person who edited. Pure.
#pragma once

#include <string>
#include <vector>

#include "route/table.h"

namespace graylane::cli {

/// One line for each route that changed, in order of host and path: "canary 20 -> 50 % (www.example.com/)". Hosts that both
/// tables share cost nothing but their names.
std::vector<std::string> describe_changes(const route::Table& before, const route::Table& after);

/// The first ones, in one line: "A; B; C and 4 more". Empty: "no route changed".
std::string join_changes(const std::vector<std::string>& changes);

}  // namespace graylane::cli
