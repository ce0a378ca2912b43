// What `get` is asked for, as kubectl's users write it. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace graylane::cli {

inline constexpr const char* kAllKinds = "all";

/// Objects of one kind.
struct GetWord {
  std::string kind;                // as written, or kAllKinds
  std::vector<std::string> names;  // empty: all of them
  bool operator==(const GetWord&) const = default;
};

/// KIND[,KIND...] [NAME...], or KIND/NAME...; no word at all is kAllKinds.
Result<std::vector<GetWord>> read_get_words(const std::vector<std::string>& words);

}  // namespace graylane::cli
