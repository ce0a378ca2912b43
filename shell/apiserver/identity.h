// Identity: on whose behalf a request is. A plain value.
#pragma once

#include <string>
#include <vector>

namespace graylane::apiserver {

struct Identity {
  std::string user = "system:admin";
  std::vector<std::string> groups = {"system:masters"};
};

}  // namespace graylane::apiserver
