#include "api/conform.h"

#include <algorithm>
#include <set>

#include "api/conform_text.h"
#include "api/fields.h"
#include "api/text_rules.h"

namespace graylane::api {
namespace {

using Type = Schema::Type;

class Conformer {
 public:
  explicit Conformer(Report& report) : report_(report) {}

  void value(doc::Value& value, const Schema& schema, const Path& path) {
    if (schema.type == Type::kAny || value.is_packed()) return;  // packed: it was conformed before it was stored
    if (schema.type == Type::kObject) return object(value, schema, path);
    if (schema.type == Type::kArray) return array(value, schema, path);
    conform_scalar(value, schema, path, report_);
  }

 private:
  void object(doc::Value& value, const Schema& schema, const Path& path);
  bool keep_member(doc::Member& member, const Schema& schema, const Path& path);
  bool keep_extra(doc::Member& member, const Schema& schema, const Path& path);
  void unknown_field(const doc::Member& member, const Schema& schema, const Path& path);
  void absent_properties(doc::Object& object, Position at, const Schema& schema, const Path& path);
  void array(doc::Value& value, const Schema& schema, const Path& path);
  void duplicates(const doc::Array& items, const Schema& schema, const Path& path);

  Report& report_;
};

void Conformer::object(doc::Value& value, const Schema& schema, const Path& path) {
  doc::Object* object = value.as_object();
  if (!object) return report_wrong_type(value, schema, path, report_);
  std::vector<const doc::Member*> dropped;
  for (doc::Member& member : *object) {
    if (!keep_member(member, schema, Path(&path, member.key))) dropped.push_back(&member);
  }
  auto is_dropped = [&](const doc::Member& member) { return std::ranges::binary_search(dropped, &member); };
  if (!dropped.empty()) erase_members(*object, is_dropped);
  absent_properties(*object, value.at(), schema, path);
}

/// Checks a member; false when the object should lose it.
bool Conformer::keep_member(doc::Member& member, const Schema& schema, const Path& path) {
  const Property* property = schema.find(member.key);
  if (!property) return keep_extra(member, schema, path);
  if (member.value.is_null()) return false;
  const std::string* text = member.value.as_string();
  bool may_be_empty = property->schema->enum_values.empty() || property->schema->enum_values.front().empty();
  // An empty text counts as absent where the API has an enum.
  if (text && text->empty() && !may_be_empty && property->schema->type == Type::kString) return false;
  value(member.value, *property->schema, path);
  return true;
}

bool is_key(const std::string& key, const Schema& map) {
  if (!map.qualified_keys || is_qualified_name(key)) return true;
  if (map.additional->format == Schema::Format::kLabelValue) return false;
  std::string lower = key;  // the keys of annotations may have capitals in their prefix
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return is_qualified_name(lower);
}

bool Conformer::keep_extra(doc::Member& member, const Schema& schema, const Path& path) {
  if (!schema.additional) {
    if (!schema.preserve_unknown) unknown_field(member, schema, path);
    return schema.preserve_unknown;
  }
  if (!is_key(member.key, schema))
    report_.error("invalid-name", path, member.key_at,
                  "must be a name, or PREFIX/NAME with a DNS name as prefix and at most 63 characters after it");
  if (member.value.is_null() && schema.additional->type == Type::kString) {
    report_.warning("empty-value", path, member.key_at, "has no value and counts as the empty text", "write \"\" or a value");
    member.value = doc::Value("", member.value.at());
  }
  value(member.value, *schema.additional, path);
  return true;
}

void Conformer::unknown_field(const doc::Member& member, const Schema& schema, const Path& path) {
  std::string fix;
  auto hint = std::ranges::find(schema.hints, member.key, &Schema::Hint::name);
  if (hint != schema.hints.end()) {
    fix = hint->fix;
  } else if (!report_.is_full()) {
    Nearest nearest(member.key);
    for (const Property& property : schema.properties) nearest.offer(property.name);
    if (!nearest.found().empty()) fix = "did you mean " + std::string(nearest.found()) + "?";
  }
  report_.warning("unknown-field", path, member.key_at, "is not a field that Kubernetes has here, so it has no effect",
                  std::move(fix));
}

void Conformer::absent_properties(doc::Object& object, Position at, const Schema& schema, const Path& path) {
  for (const Property& property : schema.properties) {
    if (!property.needs_care_when_absent() || object.find(property.name)) continue;
    Path member(&path, property.name);
    if (!property.default_value) {
      report_.error("missing-field", member, at, "is required and missing", "add " + property.name);
      continue;
    }
    doc::Value filled = *property.default_value;
    filled.set_at(at);
    value(object.append(property.name, std::move(filled), at), *property.schema, member);
  }
}

void Conformer::array(doc::Value& list_value, const Schema& schema, const Path& path) {
  doc::Array* items = list_value.as_array();
  if (!items) return report_wrong_type(list_value, schema, path, report_);
  if (!schema.items) return;
  for (size_t i = 0; i < items->size(); ++i) value((*items)[i], *schema.items, Path(&path, i));
  if (schema.list_type != Schema::ListType::kAtomic && items->size() > 1) duplicates(*items, schema, path);
}

/// What tells an entry from others: the text of its keys. Empty when it lacks one.
std::string identity(const doc::Value& item, const Schema& schema) {
  std::string text;
  for (const std::string& key : schema.list_keys) {
    const doc::Value* value = item.find(key);
    if (!value) return {};
    if (const std::string* s = value->as_string()) text += *s;
    else if (const int64_t* n = value->as_int()) text += std::to_string(*n);
    else return {};
    text += '\n';
  }
  const std::string* whole = item.as_string();
  return schema.list_keys.empty() && whole ? *whole + '\n' : text;
}

std::string joined_keys(const Schema& schema) {
  std::string text;
  for (const std::string& key : schema.list_keys) text += (text.empty() ? "" : " and ") + key;
  return text.empty() ? "value" : text;
}

void Conformer::duplicates(const doc::Array& items, const Schema& schema, const Path& path) {
  std::set<std::string> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    std::string id = identity(items[i], schema);
    if (id.empty() || seen.insert(std::move(id)).second) continue;
    std::string message = "has the same " + joined_keys(schema) + " as an entry before it";
    Path item(&path, i);
    if (schema.tolerate_duplicates) report_.warning("duplicate-entry", item, items[i].at(), std::move(message));
    else report_.error("duplicate-entry", item, items[i].at(), std::move(message), "change or remove one of them");
  }
}

}  // namespace

void conform(doc::Value& value, const Schema& schema, const Path& path, Report& report) {
  Conformer(report).value(value, schema, path);
}

std::string describe(const doc::Value& value) {
  switch (value.kind()) {
    case doc::Value::Kind::kNull: return "empty";
    case doc::Value::Kind::kBool: return *value.as_bool() ? "the boolean true" : "the boolean false";
    case doc::Value::Kind::kInt: return "the integer " + std::to_string(*value.as_int());
    case doc::Value::Kind::kDouble: return "a number with a fraction";
    case doc::Value::Kind::kString: return "the text " + quoted(*value.as_string());
    case doc::Value::Kind::kArray: return "an array";
    case doc::Value::Kind::kObject: return "an object";
    case doc::Value::Kind::kPacked: return "a packed value";
  }
  return "";
}

}  // namespace graylane::api
