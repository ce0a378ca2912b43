#include <unordered_map>

#include "patch/schema_walk.h"
#include "patch/shape.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

/// The fields below a value, and whether it is one itself.
struct Fields {
  bool self = false;
  FieldSet below;
};

Fields fields_at(const doc::Value& value, const api::Schema* schema);

FieldSet fields_of_map(const doc::Object& object, const api::Schema* schema) {
  FieldSet::Nodes nodes;
  nodes.reserve(object.size());
  for (const doc::Member& member : object) {
    Fields fields = fields_at(member.value, member_schema(schema, member.key));
    const doc::Object* child = member.value.as_object();
    const bool is_declared = schema && schema->find(member.key);
    const bool is_member = fields.self || !is_declared || member.value.is_null() || (child && child->empty());
    nodes.push_back({PathElement::field(member.key), is_member, std::move(fields.below)});
  }
  return FieldSet(std::move(nodes));
}

FieldSet fields_of_list(const doc::Array& list, const api::Schema& schema) {
  FieldSet::Nodes nodes;
  std::unordered_map<std::string, size_t> places;
  for (ListItem& item : items_of(list, schema)) {
    const auto [it, is_new] = places.emplace(item.element.text, nodes.size());
    // Items of one key are owned together, as a whole.
    if (!is_new) nodes[it->second].below = {};
    else nodes.push_back({std::move(item.element), true, fields_at(*item.value, schema.items).below});
  }
  return FieldSet(std::move(nodes));
}

Fields fields_at(const doc::Value& value, const api::Schema* schema) {
  switch (shape_of(value, schema)) {
    case Shape::kLeaf: return {true, {}};
    case Shape::kMap: return {false, value.is_object() ? fields_of_map(*value.as_object(), schema) : FieldSet()};
    case Shape::kList: return {false, value.is_array() ? fields_of_list(*value.as_array(), *schema) : FieldSet()};
  }
  return {};
}

}  // namespace

FieldSet fields_of(const doc::Value& value, const api::Schema* schema) { return fields_at(value, schema).below; }

FieldSet with_structs(const FieldSet& fields, const api::Schema* schema) {
  FieldSet::Nodes nodes;
  nodes.reserve(fields.nodes().size());
  for (const FieldSet::Node& node : fields.nodes()) {
    const bool is_field = node.element.is_field();
    const bool is_declared = is_field && schema && schema->find(node.element.field_name());
    const api::Schema* below = is_field ? member_schema(schema, node.element.field_name()) : item_schema(schema);
    nodes.push_back({node.element, node.member || (is_declared && !node.below.empty()), with_structs(node.below, below)});
  }
  return FieldSet(std::move(nodes));
}

FieldSet reconcile(const FieldSet& fields, const api::Schema* schema) {
  FieldSet::Nodes nodes;
  nodes.reserve(fields.nodes().size());
  for (const FieldSet::Node& node : fields.nodes()) {
    const api::Schema* below = node.element.is_field() ? member_schema(schema, node.element.field_name()) : item_schema(schema);
    const bool is_map = below && below->type == api::Schema::Type::kObject;
    const bool is_list = below && below->type == api::Schema::Type::kArray;
    const bool atomic = (is_map && below->map_type == api::Schema::MapType::kAtomic) ||
                        (is_list && below->list_type == api::Schema::ListType::kAtomic);
    if (atomic) nodes.push_back({node.element, true, {}});
    else nodes.push_back({node.element, node.member, reconcile(node.below, below)});
  }
  return FieldSet(std::move(nodes));
}

}  // namespace graylane::patch
