#include "sources/served_kinds.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/crd.h"

namespace graylane::sources {

using api::Kind;
using doc::Value;
using Kinds = std::vector<Kind>;

namespace {

const std::shared_ptr<const Kinds>& no_kinds() {
  static const auto kNone = std::make_shared<const Kinds>();
  return kNone;
}

const Value* in_metadata(const api::Object& object, std::string_view member) {
  const Value* metadata = object.find("metadata");
  return metadata ? metadata->find(member) : nullptr;
}

/// What is only written down has no conditions, and is taken at its word.
bool is_served(const api::Object& definition) {
  const Value* status = definition.find("status");
  const Value* conditions = status ? status->find("conditions") : nullptr;
  const bool is_judged = conditions && conditions->is_array() && !conditions->as_array()->empty();
  const Value* deleted = in_metadata(definition, "deletionTimestamp");
  const bool is_ending = deleted && deleted->is_string();
  return !is_ending && (!is_judged || api::has_condition(definition.content, "Established"));
}

bool says_the_same(const api::Object& a, const api::Object& b) {
  const Value* before = a.find("spec");
  const Value* after = b.find("spec");
  return &a == &b || (before && after && is_served(a) == is_served(b) && *before == *after);
}

Definition define(const api::ObjectPtr& object, const ServedKinds& before) {
  const auto known = before.definitions.find(object->key.name);
  if (known != before.definitions.end() && says_the_same(*known->second.object, *object)) return {object, known->second.kinds};
  if (!is_served(*object)) return {object, no_kinds()};
  auto kinds = api::kinds_of_crd(*object);
  return {object, kinds ? std::make_shared<const Kinds>(*std::move(kinds)) : no_kinds()};
}

bool has_the_same_kinds(const ServedKinds& a, const ServedKinds& b) {
  const auto kinds_of = [](const ServedKinds& served) {
    std::vector<const Kinds*> kinds;
    for (const auto& [name, definition] : served.definitions) {
      if (!definition.kinds->empty()) kinds.push_back(definition.kinds.get());
    }
    return kinds;
  };
  return kinds_of(a) == kinds_of(b);
}

void add_kinds(api::Kinds& to, const std::map<std::string, Definition>& definitions) {
  for (const auto& [name, definition] : definitions) {
    for (const Kind& kind : *definition.kinds) {
      if (!to.find(kind.gvk.api_version(), kind.gvk.kind)) to.add(kind);
    }
  }
}

api::Kinds without_rules(const api::Kinds& kinds) {
  api::Kinds lenient;
  for (Kind kind : kinds.all()) {
    kind.check = nullptr;
    lenient.add(std::move(kind));
  }
  return lenient;
}

}  // namespace

bool ServedKinds::is_builtin(const api::ObjectKey& key) {
  static const auto kBuiltin = [] {
    std::set<std::pair<std::string, std::string>> names;
    for (const Kind& kind : api::builtin_kinds().all()) names.insert({kind.storage_group, kind.gvk.kind});
    return names;
  }();
  return kBuiltin.contains({key.group, key.kind});
}

std::string ServedKinds::definition_of(const Kind& kind) const {
  const auto found = kind.custom ? definitions.find(kind.custom->definition) : definitions.end();
  const Value* uid = found == definitions.end() ? nullptr : in_metadata(*found->second.object, "uid");
  return uid && uid->as_string() ? *uid->as_string() : "";
}

ServedKinds builtin_kinds_only() {
  static const ServedKinds kOnly{std::make_shared<const api::Kinds>(api::builtin_kinds()),
                                 std::make_shared<const api::Kinds>(without_rules(api::builtin_kinds())),
                                 {}};
  return kOnly;
}

ServedKinds serve(const std::vector<api::ObjectPtr>& definitions, const ServedKinds& before) {
  ServedKinds served{before.strict, before.lenient, {}};
  for (const api::ObjectPtr& object : definitions) served.definitions.emplace(object->key.name, define(object, before));
  if (has_the_same_kinds(served, before)) return served;
  api::Kinds strict = api::builtin_kinds();
  add_kinds(strict, served.definitions);
  served.lenient = std::make_shared<const api::Kinds>(without_rules(strict));
  served.strict = std::make_shared<const api::Kinds>(std::move(strict));
  return served;
}

}  // namespace graylane::sources
