// What the bench needs to know of a head that it has no reason to distrust.
#pragma once

#include <strings.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace graylane::bench {

/// The value of a field, without spaces; empty when it is not there. `head` ends with an empty line.
inline std::string_view field_of(std::string_view head, std::string_view name) {
  for (size_t line = head.find("\r\n"); line + 2 < head.size();) {
    const size_t begin = line + 2;
    const size_t end = head.find("\r\n", begin);
    if (end == std::string_view::npos || end == begin) break;
    const std::string_view field = head.substr(begin, end - begin);
    if (field.size() > name.size() && field[name.size()] == ':' && strncasecmp(field.data(), name.data(), name.size()) == 0) {
      const std::string_view value = field.substr(name.size() + 1);
      return value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    line = end;
  }
  return {};
}

}  // namespace graylane::bench
