// Lists of names in field values, as RFC 9110 5.6.1 has them. Inside this folder only.
#pragma once

#include <algorithm>
#include <string_view>

#include "http/h1_chars.h"

namespace graylane::http {

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Calls `visit` with every element between commas, without the blanks around it; also with empty ones.
template <class Visit>
void each_element(std::string_view list, Visit visit) {
  while (true) {
    const size_t comma = std::min(list.find(','), list.size());
    visit(trim_blanks(list.substr(0, comma)));
    if (comma == list.size()) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace graylane::http
