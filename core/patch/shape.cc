#include "patch/shape.h"

namespace graylane::patch {
namespace {

using Type = api::Schema::Type;

/// A field that built-in kinds demand is, in the schemas of Kubernetes, zero where it is left out: the checks that follow tell it.
const doc::Value* default_of(const api::Schema* item, const std::string& key) {
  static const doc::Value kNoText(""), kNoNumber(int64_t{0});
  const api::Property* property = item ? item->find(key) : nullptr;
  if (!property || property->default_value || !property->required)
    return property && property->default_value ? &*property->default_value : nullptr;
  return property->schema->type == Type::kString ? &kNoText : property->schema->type == Type::kInteger ? &kNoNumber : nullptr;
}

std::expected<PathElement, std::string> element_of_map_item(const doc::Value& item, const api::Schema& list) {
  if (item.is_null()) return std::unexpected("associative list with keys may not have a null element");
  if (!item.is_object()) return std::unexpected("associative list with keys may not have non-map elements");
  doc::Object keys;
  for (const std::string& key : list.list_keys) {
    const doc::Value* value = item.find(key);
    if (!value) value = default_of(list.items, key);
    if (!value)
      return std::unexpected("associative list with keys has an element that omits key field \"" + key +
                             "\" (and doesn't have default value)");
    keys.append(key, *value, {});
  }
  return PathElement::key(keys);
}

std::expected<PathElement, std::string> element_of_set_item(const doc::Value& item) {
  if (item.is_object()) return std::unexpected("associative list without keys has an element that's a map type");
  if (item.is_array()) return std::unexpected("not supported: associative list with lists as elements");
  if (item.is_null()) return std::unexpected("associative list without keys has an element that's an explicit null");
  return PathElement::value(item);
}

}  // namespace

Shape shape_of(const doc::Value& value, const api::Schema* schema) {
  if (is_deduced(schema)) return value.is_object() ? Shape::kMap : Shape::kLeaf;
  if (schema->type == Type::kObject && schema->map_type == api::Schema::MapType::kGranular)
    return value.is_object() || value.is_null() ? Shape::kMap : Shape::kLeaf;
  if (schema->type == Type::kArray && schema->list_type != api::Schema::ListType::kAtomic)
    return value.is_array() || value.is_null() ? Shape::kList : Shape::kLeaf;
  return Shape::kLeaf;
}

std::expected<PathElement, std::string> element_of(const doc::Value& item, const api::Schema& list) {
  return list.list_keys.empty() ? element_of_set_item(item) : element_of_map_item(item, list);
}

std::vector<ListItem> items_of(const doc::Array& list, const api::Schema& schema) {
  std::vector<ListItem> items;
  items.reserve(list.size());
  for (const doc::Value& item : list) {
    if (auto element = element_of(item, schema)) items.push_back({*std::move(element), &item});
  }
  return items;
}

}  // namespace graylane::patch
