// Did-you-mean. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace graylane::cli {

/// The candidate that `word` was probably meant to be; empty when none is near.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace graylane::cli
