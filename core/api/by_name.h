// ByName: values by name, found without making a string. In no particular order.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace graylane::api {

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};

template <class T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

}  // namespace graylane::api
