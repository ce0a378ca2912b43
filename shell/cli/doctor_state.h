// What doctor finds in a state folder, whether an instance holds it or not. Leaves everything as it is.
#pragma once

#include <string>
#include <vector>

namespace graylane::cli {

/// One thing that was looked at.
struct Finding {
  std::string about;
  std::string state;
  std::string fix;  // empty: it is as it should be
};

/// The folder itself, the room on its disk, the tokens in it.
std::vector<Finding> look_at_state(const std::string& path);

}  // namespace graylane::cli
