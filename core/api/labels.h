// Labels: the labels of an object or an equality-based selector (matchLabels, a Service's selector). Plain values.
#pragma once

#include <algorithm>
#include <map>
#include <string>

namespace graylane::api {

using Labels = std::map<std::string, std::string, std::less<>>;

/// Whether everything that the selector asks for is among the labels. An empty selector selects nothing, as in a Service.
inline bool selects(const Labels& selector, const Labels& labels) {
  const auto has = [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  };
  return !selector.empty() && std::ranges::all_of(selector, has);
}

}  // namespace graylane::api
