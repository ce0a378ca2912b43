#include <algorithm>
#include <array>
#include <unordered_map>

#include "patch/member_finder.h"
#include "patch/schema_walk.h"
#include "patch/shape.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

/// Of one value: whether it is itself removed, modified or added, and what is below it.
struct Difference {
  bool removed = false;
  bool modified = false;
  bool added = false;
  Comparison below{};
};

/// Gathers the differences of the parts of a map or list.
class Parts {
 public:
  void add(const PathElement& element, Difference difference) {
    put(removed_, element, difference.removed, std::move(difference.below.removed));
    put(modified_, element, difference.modified, std::move(difference.below.modified));
    put(added_, element, difference.added, std::move(difference.below.added));
  }
  Comparison take() { return {FieldSet(std::move(removed_)), FieldSet(std::move(modified_)), FieldSet(std::move(added_))}; }

 private:
  static void put(FieldSet::Nodes& nodes, const PathElement& element, bool member, FieldSet below) {
    if (member || !below.empty()) nodes.push_back({element, member, std::move(below)});
  }

  FieldSet::Nodes removed_;
  FieldSet::Nodes modified_;
  FieldSet::Nodes added_;
};

/// Structs that the types of Kubernetes hold by value: in Go they are always there.
bool is_struct_by_value(const api::Property& property) {
  const api::Schema& schema = *property.schema;
  return schema.type == api::Schema::Type::kObject && !schema.properties.empty() && !property.protobuf_presence;
}

/// What such types hold when nobody says anything: "", 0, false.
bool is_zero(const doc::Value& value) {
  return value == doc::Value("") || value == doc::Value(int64_t{0}) || value == doc::Value(false);
}

/// A Pod's containers: in Go they are there, as null.
bool is_required_list(const api::Property& property) {
  return property.required && property.schema->type == api::Schema::Type::kArray &&
         property.schema->list_type != api::Schema::ListType::kAtomic;
}

class Comparer {
 public:
  explicit Comparer(bool builtin) : builtin_(builtin) {}

  /// At most one of the two may be null.
  Difference values(const doc::Value* before, const doc::Value* after, const api::Schema* schema);

 private:
  Comparison maps(const doc::Object* before, const doc::Object* after, const api::Schema* schema);
  Comparison lists(const doc::Array* before, const doc::Array* after, const api::Schema& schema);
  Difference items(const std::vector<const doc::Value*>& before, const std::vector<const doc::Value*>& after,
                   const api::Schema* schema);
  const doc::Value* absent(const doc::Object* parent, const api::Schema* schema, std::string_view name) const;

  bool builtin_;
};

/// A value's shape beside another of the same field: null fits both maps and lists.
Shape shape_beside(const doc::Value* value, const doc::Value* other, const api::Schema* schema) {
  if (!value || (is_deduced(schema) && value->is_null() && other)) return shape_of(*other, schema);
  return shape_of(*value, schema);
}

Difference leaf(const doc::Value* before, const doc::Value* after) {
  if (!before) return {.added = true};
  if (!after) return {.removed = true};
  return {.modified = *before != *after};
}

Difference Comparer::values(const doc::Value* before, const doc::Value* after, const api::Schema* schema) {
  const Shape old_shape = shape_beside(before, after, schema);
  const Shape new_shape = shape_beside(after, before, schema);
  const doc::Object* old_map = before && old_shape == Shape::kMap ? before->as_object() : nullptr;
  const doc::Object* new_map = after && new_shape == Shape::kMap ? after->as_object() : nullptr;
  const doc::Array* old_list = before && old_shape == Shape::kList ? before->as_array() : nullptr;
  const doc::Array* new_list = after && new_shape == Shape::kList ? after->as_array() : nullptr;
  auto is_empty = [](const auto* container) { return !container || container->empty(); };
  // Empty ones are leaves: that {} differs from null, and who set it, is kept that way.
  if (is_empty(old_map) && is_empty(new_map) && is_empty(old_list) && is_empty(new_list)) return leaf(before, after);
  Difference difference;
  difference.removed = !after;
  difference.added = !before;
  difference.modified = before && after && old_shape != new_shape;
  if (old_list || new_list) difference.below = lists(old_list, new_list, *schema);
  else difference.below = maps(old_map, new_map, schema);
  return difference;
}

/// What stands for a member that a map does not have.
const doc::Value* Comparer::absent(const doc::Object* parent, const api::Schema* schema, std::string_view name) const {
  static const doc::Value kEmptyObject{doc::Object()};
  static const doc::Value kNull;
  const api::Property* property = builtin_ && parent && schema ? schema->find(name) : nullptr;
  if (!property) return nullptr;
  if (is_struct_by_value(*property)) return &kEmptyObject;
  if (!property->protobuf_presence && property->default_value && is_zero(*property->default_value))
    return &*property->default_value;
  return is_required_list(*property) ? &kNull : nullptr;
}

Comparison Comparer::maps(const doc::Object* before, const doc::Object* after, const api::Schema* schema) {
  static const doc::Object kNone;
  MemberFinder in_old(before);
  MemberFinder in_new(after);
  Parts parts;
  for (const doc::Member& member : after ? *after : kNone) {
    const doc::Value* old_value = in_old.find(member.key);
    // As Go prints what is not set, also in the struct that was there before; one that is new brings its nulls along.
    if (!old_value && before && builtin_ && schema && member.value.is_null()) continue;
    if (!old_value) old_value = absent(before, schema, member.key);
    parts.add(PathElement::field(member.key), values(old_value, &member.value, member_schema(schema, member.key)));
  }
  for (const doc::Member& member : before ? *before : kNone) {
    if (in_new.find(member.key) || (after && builtin_ && schema && member.value.is_null())) continue;
    const doc::Value* new_value = absent(after, schema, member.key);
    parts.add(PathElement::field(member.key), values(&member.value, new_value, member_schema(schema, member.key)));
  }
  return parts.take();
}

struct Sides {
  PathElement element;
  std::vector<const doc::Value*> before;
  std::vector<const doc::Value*> after;
};

Comparison Comparer::lists(const doc::Array* before, const doc::Array* after, const api::Schema& schema) {
  std::unordered_map<std::string, size_t> places;
  std::vector<Sides> all;
  auto gather = [&](const doc::Array* list, auto side) {
    if (!list) return;
    for (ListItem& item : items_of(*list, schema)) {
      const auto [it, is_new] = places.emplace(item.element.text, all.size());
      if (is_new) all.push_back({std::move(item.element), {}, {}});
      (all[it->second].*side).push_back(item.value);
    }
  };
  gather(before, &Sides::before);
  gather(after, &Sides::after);
  Parts parts;
  for (Sides& sides : all) parts.add(sides.element, items(sides.before, sides.after, schema.items));
  return parts.take();
}

/// Items of one key. Several of them (built-in kinds allow that in places) are compared as a whole.
Difference Comparer::items(const std::vector<const doc::Value*>& before, const std::vector<const doc::Value*>& after,
                           const api::Schema* schema) {
  auto first = [](const auto& list) { return list.empty() ? nullptr : list.front(); };
  if (before.size() <= 1 && after.size() <= 1) return values(first(before), first(after), schema);
  if (before.size() >= 2 && after.size() >= 2)
    return {.modified = !std::ranges::equal(before, after, [](auto* a, auto* b) { return *a == *b; })};
  Difference difference;
  if (before.size() >= 2) {
    if (!after.empty()) difference = values(nullptr, after.front(), schema);
    difference.removed = true;
  } else {
    if (!before.empty()) difference = values(before.front(), nullptr, schema);
    difference.added = true;
  }
  return difference;
}

}  // namespace

Comparison Comparison::without_subtrees(const FieldSet& fields) const {
  return {removed.without_subtrees(fields), modified.without_subtrees(fields), added.without_subtrees(fields)};
}

Comparison compare(const doc::Value& old_value, const doc::Value& new_value, const api::Schema* schema, bool builtin) {
  return Comparer(builtin).values(&old_value, &new_value, schema).below;
}

}  // namespace graylane::patch
