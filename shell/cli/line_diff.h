// The difference of two texts by lines. Pure.
#pragma once

#include <string>
#include <string_view>

namespace graylane::cli {

/// A unified diff with three lines of context, as `diff -u` and `patch` know it; empty when the texts are equal. Texts that
/// differ in more than a few thousand lines come out right, but not as the shortest diff.
std::string unified_diff(const std::string& file, std::string_view before, std::string_view after);

}  // namespace graylane::cli
