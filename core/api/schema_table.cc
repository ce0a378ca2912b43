#include "api/schema_table.h"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace graylane::api {
namespace {

using Type = Schema::Type;
using Format = Schema::Format;

Schema scalar_schema(Type type, Format format = Format::kNone) {
  Schema schema;
  schema.type = type;
  schema.format = format;
  return schema;
}

Schema integer(double minimum, double maximum) {
  Schema schema = scalar_schema(Type::kInteger);
  schema.minimum = minimum;
  schema.maximum = maximum;
  return schema;
}

Schema free_object() {
  Schema schema = scalar_schema(Type::kObject);
  schema.preserve_unknown = true;
  return schema;
}

Schema port_number_or(Type type) {
  Schema schema = scalar_schema(type, Format::kPortName);
  schema.minimum = 1;
  schema.maximum = 65535;
  return schema;
}

const std::map<std::string_view, Schema>& scalars() {
  static const std::map<std::string_view, Schema> kScalars = {
      {"any", Schema{}},
      {"object", free_object()},
      {"string", scalar_schema(Type::kString)},
      {"bool", scalar_schema(Type::kBoolean)},
      {"int32", integer(-2147483648.0, 2147483647.0)},
      {"int64", scalar_schema(Type::kInteger)},
      {"port", integer(1, 65535)},
      {"number", scalar_schema(Type::kNumber)},
      {"quantity", scalar_schema(Type::kQuantity)},
      {"intOrString", scalar_schema(Type::kIntOrString)},
      {"portRef", port_number_or(Type::kIntOrString)},
      {"intOrPercent", scalar_schema(Type::kIntOrString, Format::kPercent)},
      {"label", scalar_schema(Type::kString, Format::kDnsLabel)},
      {"subdomain", scalar_schema(Type::kString, Format::kDnsSubdomain)},
      {"ip", scalar_schema(Type::kString, Format::kIpAddress)},
      {"time", scalar_schema(Type::kString, Format::kDateTime)},
      {"microTime", scalar_schema(Type::kString, Format::kMicroTime)},
      {"bytes", scalar_schema(Type::kString, Format::kBase64)},
      {"portName", scalar_schema(Type::kString, Format::kPortName)},
      {"labelValue", scalar_schema(Type::kString, Format::kLabelValue)},
  };
  return kScalars;
}

/// Takes the next part of `text` up to `separator` (runs of blanks count as one).
std::string_view next_part(std::string_view& text, char separator) {
  if (separator == ' ') text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  size_t end = std::min(text.find(separator), text.size());
  std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) parts.emplace_back(next_part(text, separator));
  return parts;
}

int64_t parse_integer(std::string_view text) {
  int64_t value = 0;
  [[maybe_unused]] auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  assert(error == std::errc() && end == text.data() + text.size());
  return value;
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

doc::Value default_of(const Schema& schema, std::string_view text) {
  if (text == "{}") return doc::Value(doc::Object());
  if (schema.type == Type::kBoolean) return doc::Value(text == "true");
  if (schema.type == Type::kInteger || (schema.type == Type::kIntOrString && is_number(text)))
    return doc::Value(parse_integer(text));
  return doc::Value(std::string(text));
}

void make_list_map(Schema& schema, std::string_view keys) {
  schema.list_type = Schema::ListType::kMap;
  schema.list_keys = split(keys, ',');
  schema.patch.merge = true;
  schema.patch.merge_key = schema.list_keys.front();
}

void make_set(Schema& schema) {
  schema.list_type = Schema::ListType::kSet;
  schema.patch.merge = true;
}

/// "4", "1/3*": the number, the embedded message's before it, the mark of a pointer.
void set_protobuf(Property& property, std::string_view text) {
  property.protobuf_presence = text.ends_with('*');
  if (property.protobuf_presence) text.remove_suffix(1);
  const size_t slash = text.find('/');
  if (slash != text.npos) property.protobuf_embedded = static_cast<uint32_t>(parse_integer(text.substr(0, slash)));
  property.protobuf_number = static_cast<uint32_t>(parse_integer(text.substr(slash == text.npos ? 0 : slash + 1)));
}

/// Modifiers that say more about the type; false if the word is none.
bool refine(Schema& schema, std::string_view word) {
  auto value = [&](std::string_view name) { return word.substr(name.size()); };
  if (word.starts_with("keys=")) make_list_map(schema, value("keys="));
  else if (word.starts_with("enum=")) schema.enum_values = split(value("enum="), '|');
  else if (word.starts_with("min=")) schema.minimum = static_cast<double>(parse_integer(value("min=")));
  else if (word.starts_with("max=")) schema.maximum = static_cast<double>(parse_integer(value("max=")));
  else if (word == "set") make_set(schema);
  else if (word == "lax") schema.tolerate_duplicates = true;
  else if (word == "nomerge") schema.patch = {};
  else if (word == "retainKeys") schema.patch.retain_keys = true;
  else if (word == "atomic") schema.map_type = Schema::MapType::kAtomic;
  else return false;
  return true;
}

}  // namespace

Schema& SchemaTable::named(std::string_view name) {
  auto it = names_.find(name);
  if (it == names_.end()) it = names_.emplace(std::string(name), Named{&set_->add(), false}).first;
  return *it->second.schema;
}

const Schema* SchemaTable::scalar(std::string_view name) {
  Schema& schema = named(name);
  schema = scalars().at(name);
  names_.find(name)->second.defined = true;
  return &schema;
}

const Schema* SchemaTable::parse_type(std::string_view text) {
  if (text == "labels" || text == "annotations") text = text == "labels" ? "labelValue" : "string";
  if (scalars().contains(text)) return scalar(text);
  if (text.front() != '[' && text.front() != '{') return &named(text);
  Schema schema;
  std::string_view inner = text.substr(1, text.size() - 2);
  schema.type = text.front() == '[' ? Type::kArray : Type::kObject;
  (text.front() == '[' ? schema.items : schema.additional) = parse_type(inner);
  schema.qualified_keys = inner == "labels" || inner == "annotations";
  return &set_->add(std::move(schema));
}

void SchemaTable::add_field(Schema& owner, std::string_view line) {
  std::string_view name = next_part(line, ' ');
  if (name.starts_with('~')) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    owner.hints.push_back({std::string(name.substr(1)), std::string(line)});
    return;
  }
  Property property;
  property.name = name;
  property.schema = parse_type(next_part(line, ' '));
  Schema refined = *property.schema;
  bool is_refined = false;
  std::optional<std::string_view> default_text;
  for (std::string_view word = next_part(line, ' '); !word.empty(); word = next_part(line, ' ')) {
    if (word == "!") property.required = true;
    else if (word.starts_with('@')) set_protobuf(property, word.substr(1));
    else if (word.starts_with('=')) default_text = word.substr(1);
    else {
      [[maybe_unused]] bool known = refine(refined, word);
      assert(known && "a word that the notation does not have");
      assert(refined.properties.empty() && "a type of the table says such things after its own name");
      is_refined = true;
    }
  }
  if (default_text) property.default_value = default_of(refined, *default_text);
  if (is_refined) property.schema = &set_->add(std::move(refined));
  owner.properties.push_back(std::move(property));
}

Schema& SchemaTable::begin_type(std::string_view line) {
  std::string_view name = next_part(line, ' ');
  Schema& schema = named(name);
  Named& entry = names_.find(name)->second;
  assert(!entry.defined && "a type is written down once");
  entry.defined = true;
  schema.type = Type::kObject;
  schema.name = (package_.empty() ? "" : package_ + ".") + std::string(name);
  for (std::string_view word = next_part(line, ' '); !word.empty(); word = next_part(line, ' ')) {
    if (word == "root") {
      for (const char* field : {"apiVersion string !", "kind string !", "metadata ObjectMeta @1"}) add_field(schema, field);
    } else if (word.starts_with("like=")) {
      word.remove_prefix(5);
      const Schema& model = named(next_part(word, '@'));
      schema.properties = model.properties;
      schema.hints = model.hints;
      if (word.empty()) continue;
      for (Property& property : schema.properties) property.protobuf_embedded = static_cast<uint32_t>(parse_integer(word));
    } else if (word == "open") {
      schema.preserve_unknown = true;
    } else {
      [[maybe_unused]] bool known = refine(schema, word);
      assert(known && "a flag that the notation does not have");
    }
  }
  return schema;
}

void SchemaTable::add(std::string_view table) {
  package_.clear();
  Schema* current = nullptr;
  while (!table.empty()) {
    std::string_view line = next_part(table, '\n');
    size_t indent = line.find_first_not_of(' ');
    if (indent == line.npos || line[indent] == '#') continue;
    if (line.starts_with("package ")) package_ = line.substr(8);
    else if (indent == 0) current = &begin_type(line);
    else add_field(*current, line.substr(indent));
  }
}

SchemaSetPtr SchemaTable::finish() {
  for (auto& [name, entry] : names_) {
    assert(entry.defined && "a type that is referred to is not in the tables");
    std::ranges::sort(entry.schema->properties, {}, &Property::name);
  }
  return set_;
}

const Schema* SchemaTable::type(std::string_view name) const {
  auto it = names_.find(name);
  return it == names_.end() ? nullptr : it->second.schema;
}

}  // namespace graylane::api
