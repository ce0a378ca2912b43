#include "cli/kind_name.h"

#include <algorithm>
#include <set>

#include "api/crd.h"
#include "api/kinds.h"
#include "api/view_fields.h"
#include "cli/lower_case.h"

namespace graylane::cli {

namespace {

using api::ObjectPtr;

/// The names that a definition asks for, without its schemas.
struct Names {
  explicit Names(const api::Object& definition) {
    const doc::Value* spec = definition.find("spec");
    const doc::Value* names = spec != nullptr ? spec->find("names") : nullptr;
    kind = api::fields::text(names, "kind");
    group = api::fields::text(spec, "group");
    for (const char* member : {"plural", "singular"}) add(names != nullptr ? names->find(member) : nullptr);
    const doc::Value* more = names != nullptr ? names->find("shortNames") : nullptr;
    if (more != nullptr && more->is_array())
      for (const doc::Value& name : *more->as_array()) add(&name);
  }

  bool is_called(std::string_view word) const {
    return lower_case(kind) == word || std::ranges::find(words, word) != words.end();
  }

  std::string kind;
  std::string group;
  std::vector<std::string> words;

 private:
  void add(const doc::Value* name) {
    if (name != nullptr && name->is_string()) words.push_back(*name->as_string());
  }
};

bool is_definition(const api::Object& object) { return object.key.kind == api::kCrdKind && object.key.group == api::kCrdGroup; }

bool is_called(const api::Kind& kind, std::string_view word) {
  return lower_case(kind.gvk.kind) == word || kind.plural == word || kind.singular == word ||
         std::ranges::find(kind.short_names, word) != kind.short_names.end();
}

/// The version that its objects are stored in; null when the definition cannot be used.
std::shared_ptr<const api::CustomKind> custom_of(const api::Object& definition) {
  const auto kinds = api::kinds_of_crd(definition);
  if (!kinds || kinds->empty()) return nullptr;
  const auto stored = std::ranges::find(*kinds, true, &api::Kind::is_storage);
  return (stored != kinds->end() ? *stored : kinds->front()).custom;
}

}  // namespace

std::optional<KindName> KindName::find(std::string_view word, const std::vector<ObjectPtr>& objects) {
  const std::string wanted = lower_case(word);
  const std::string_view name = std::string_view(wanted).substr(0, wanted.find('.'));
  const std::string_view group = std::string_view(wanted).substr(std::min(name.size() + 1, wanted.size()));
  if (auto found = built_in(name, group)) return found;
  if (auto found = defined(name, group, objects)) return found;
  return seen(name, group, objects);
}

std::optional<KindName> KindName::of(const api::ObjectKey& key, const std::vector<ObjectPtr>& objects) {
  return find(key.kind + (key.group.empty() ? "" : "." + key.group), objects);
}

std::optional<KindName> KindName::built_in(std::string_view name, std::string_view group) {
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    if (!is_called(kind, name) || (!group.empty() && group != kind.gvk.group && group != kind.storage_group)) continue;
    KindName result;
    result.kind_ = kind.gvk.kind;
    result.group_ = kind.storage_group;
    result.namespaced_ = kind.namespaced;
    return result;
  }
  return std::nullopt;
}

std::optional<KindName> KindName::defined(std::string_view name, std::string_view group, const std::vector<ObjectPtr>& objects) {
  for (const ObjectPtr& object : objects) {
    if (!is_definition(*object)) continue;
    const Names names(*object);
    if (!names.is_called(name) || (!group.empty() && group != names.group)) continue;
    KindName result;
    result.kind_ = names.kind;
    result.group_ = names.group;
    result.namespaced_ = api::fields::text(object->find("spec"), "scope") != "Cluster";
    result.custom_ = custom_of(*object);
    return result;
  }
  return std::nullopt;
}

std::optional<KindName> KindName::seen(std::string_view name, std::string_view group, const std::vector<ObjectPtr>& objects) {
  for (const ObjectPtr& object : objects) {
    const std::string kind = lower_case(object->key.kind);
    if (name != kind && name != kind + "s" && name != kind + "es") continue;
    if (!group.empty() && group != object->key.group) continue;
    KindName result;
    result.kind_ = object->key.kind;
    if (!group.empty()) result.group_ = object->key.group;
    result.namespaced_ = !object->key.ns.empty();
    return result;
  }
  return std::nullopt;
}

std::vector<std::string> kind_words(const std::vector<ObjectPtr>& objects) {
  std::set<std::string> words;
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    words.insert({kind.plural, kind.singular});
    words.insert(kind.short_names.begin(), kind.short_names.end());
  }
  for (const ObjectPtr& object : objects) {
    if (!is_definition(*object)) continue;
    for (std::string& word : Names(*object).words) words.insert(std::move(word));
  }
  return {words.begin(), words.end()};
}

}  // namespace graylane::cli
