// Hints: what the person who asked for an explanation probably meant. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/excluded.h"
#include "cli/request_line.h"
#include "route/explain.h"
#include "route/table.h"

namespace graylane::cli {

/// `excluded`: what is not in force, of all hosts.
std::vector<std::string> hints_for(const RequestLine& request, const route::Explanation& explanation, const route::Table& table,
                                   std::span<const Excluded> excluded);

}  // namespace graylane::cli
