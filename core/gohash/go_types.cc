#include "gohash/go_types.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace graylane::gohash {

namespace {

using Kind = GoType::Kind;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// The name in JSON that Kubernetes mostly gives: "FSType" -> "fsType", "UID" -> "uid".
std::string camel_case(std::string_view name) {
  size_t capitals = 0;
  while (capitals < name.size() && is_upper(name[capitals])) ++capitals;
  if (capitals > 1 && capitals < name.size()) --capitals;
  std::string text(name);
  for (size_t i = 0; i < capitals; ++i) text[i] = static_cast<char>(text[i] - 'A' + 'a');
  return text;
}

/// The next word, taken from the front of `text`; empty at its end.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kSpace = " \n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

GoField make_field(std::string_view name, std::string json, const GoType& type) {
  return {.label = std::string(name) + ":(" + type.name + ")", .json = std::move(json), .type = &type};
}

/// "WWIDs=wwids", or "Mode" where the name in JSON follows from it.
GoField plain_field(std::string_view word, const GoType& type) {
  const size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  return make_field(name, equals == word.npos ? camel_case(name) : std::string(word.substr(equals + 1)), type);
}

}  // namespace

GoTypes::GoTypes(std::string_view table) {
  add_scalars();
  GoType* owner = nullptr;
  for (std::string_view word = take_word(table); !word.empty(); word = take_word(table)) {
    if (word.ends_with(':')) owner = &named(word.substr(0, word.size() - 1));
    else if (word.starts_with('+')) owner->fields.push_back(make_field(word.substr(1), "", named(word.substr(1))));
    else owner->fields.push_back(plain_field(word, type(take_word(table))));
  }
  for ([[maybe_unused]] const GoType& each : types_) assert(each.kind != Kind::kStruct || !each.fields.empty());
}

void GoTypes::add_scalars() {
  add_named("string", Kind::kString, "string");
  add_named("bool", Kind::kBool, "bool");
  add_named("int32", Kind::kInt, "int32");
  add_named("int64", Kind::kInt, "int64");
  add_named("UID", Kind::kString, "types.UID");
  add_named("Time", Kind::kTime, "v1.Time");
  add_named("Quantity", Kind::kQuantity, "resource.Quantity");
  add_named("IntOrString", Kind::kIntOrString, "intstr.IntOrString");
  add_named("FieldsV1", Kind::kRawJson, "v1.FieldsV1");
  add_named("ResourceList", Kind::kMap, "v1.ResourceList");
  named("ResourceList").element = &named("Quantity");
}

const GoType& GoTypes::of(std::string_view name) const { return *names_.find(name)->second; }

void GoTypes::add_named(std::string_view word, Kind kind, std::string name) {
  names_.emplace(word, &types_.emplace_back(GoType{.kind = kind, .name = std::move(name), .element = nullptr, .fields = {}}));
}

GoType& GoTypes::named(std::string_view name) {
  const auto found = names_.find(name);
  if (found != names_.end()) return *found->second;
  add_named(name, Kind::kStruct, "v1." + std::string(name));
  return types_.back();
}

const GoType& GoTypes::wrap(Kind kind, std::string_view prefix, std::string_view element) {
  const GoType& inner = type(element);
  return types_.emplace_back(GoType{.kind = kind, .name = std::string(prefix) + inner.name, .element = &inner, .fields = {}});
}

const GoType& GoTypes::type(std::string_view word) {
  for (const auto& [prefix, kind] : {std::pair{std::string_view("*"), Kind::kPointer},
                                     {std::string_view("[]"), Kind::kSlice},
                                     {std::string_view("map[string]"), Kind::kMap}}) {
    if (word.starts_with(prefix)) return wrap(kind, prefix, word.substr(prefix.size()));
  }
  if (!word.starts_with('$')) return named(word);
  if (!names_.contains(word)) add_named(word, Kind::kString, "v1." + std::string(word.substr(1)));
  return *names_.find(word)->second;
}

}  // namespace graylane::gohash
