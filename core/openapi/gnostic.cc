#include "openapi/gnostic.h"

#include <array>
#include <bit>

#include "doc/print.h"

namespace graylane::openapi {

using doc::Value;

namespace {

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_bytes(std::string& out, uint32_t field, std::string_view bytes) {
  put_varint(out, uint64_t{field} << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}

void put_bool(std::string& out, uint32_t field, bool value) {
  put_varint(out, uint64_t{field} << 3);
  put_varint(out, value ? 1 : 0);
}

std::string named(std::string_view name, std::string_view value) {
  std::string out;
  put_bytes(out, 1, name);
  put_bytes(out, 2, value);
  return out;
}

std::string wrapped(uint32_t field, std::string_view content) {
  std::string out;
  put_bytes(out, field, content);
  return out;
}

/// A value of any kind is carried as text.
std::string any(const Value& value) { return wrapped(2, doc::to_json(value) + "\n"); }

using Put = void (*)(std::string& out, uint32_t field, const Value& value);

/// How a member of an object is written: its number, and by what.
struct Rule {
  std::string_view name;
  uint32_t field;
  Put put;
};

/// Members that no rule names are dropped, but for extensions.
template <size_t N>
std::string message(const Value& value, const std::array<Rule, N>& rules, uint32_t extensions) {
  std::string out;
  for (const doc::Member& member : *value.as_object()) {
    if (member.key.starts_with("x-")) put_bytes(out, extensions, named(member.key, any(member.value)));
    for (const Rule& rule : rules) {
      if (rule.name == member.key) rule.put(out, rule.field, member.value);
    }
  }
  return out;
}

void put_text(std::string& out, uint32_t field, const Value& value) { put_bytes(out, field, *value.as_string()); }
void put_flag(std::string& out, uint32_t field, const Value& value) { put_bool(out, field, *value.as_bool()); }
void put_any(std::string& out, uint32_t field, const Value& value) { put_bytes(out, field, any(value)); }
void put_texts(std::string& out, uint32_t field, const Value& value) {
  for (const Value& item : *value.as_array()) put_text(out, field, item);
}
void put_anys(std::string& out, uint32_t field, const Value& value) {
  for (const Value& item : *value.as_array()) put_any(out, field, item);
}
void put_type(std::string& out, uint32_t field, const Value& value) { put_bytes(out, field, wrapped(1, *value.as_string())); }

std::string schema(const Value& value);

void put_schema_item(std::string& out, uint32_t field, const Value& value) { put_bytes(out, field, wrapped(1, schema(value))); }
void put_properties(std::string& out, uint32_t field, const Value& value) {
  std::string properties;
  for (const doc::Member& member : *value.as_object()) put_bytes(properties, 1, named(member.key, schema(member.value)));
  put_bytes(out, field, properties);
}
void put_schema(std::string& out, uint32_t field, const Value& value) { put_bytes(out, field, schema(value)); }

std::string schema(const Value& value) {
  static constexpr std::array<Rule, 10> kRules = {{{"$ref", 1, put_text},
                                                   {"format", 2, put_text},
                                                   {"description", 4, put_text},
                                                   {"default", 5, put_any},
                                                   {"required", 19, put_texts},
                                                   {"enum", 20, put_anys},
                                                   {"additionalProperties", 21, put_schema_item},
                                                   {"type", 22, put_type},
                                                   {"items", 23, put_schema_item},
                                                   {"properties", 25, put_properties}}};
  return message(value, kRules, 31);
}

bool is_in(const Value& parameter, std::string_view place) { return *parameter.find("in")->as_string() == place; }

std::string parameter(const Value& value) {
  static constexpr std::array<Rule, 4> kBody = {
      {{"name", 2, put_text}, {"in", 3, put_text}, {"required", 4, put_flag}, {"schema", 5, put_schema}}};
  static constexpr std::array<Rule, 4> kQuery = {
      {{"required", 1, put_flag}, {"in", 2, put_text}, {"name", 4, put_text}, {"type", 6, put_text}}};
  static constexpr std::array<Rule, 4> kPath = {
      {{"required", 1, put_flag}, {"in", 2, put_text}, {"name", 4, put_text}, {"type", 5, put_text}}};
  if (is_in(value, "body")) return wrapped(1, message(value, kBody, 6));
  return wrapped(2, is_in(value, "path") ? wrapped(4, message(value, kPath, 22)) : wrapped(3, message(value, kQuery, 23)));
}

void put_parameters(std::string& out, uint32_t field, const Value& value) {
  for (const Value& item : *value.as_array()) put_bytes(out, field, wrapped(1, parameter(item)));
}

void put_responses(std::string& out, uint32_t field, const Value& value) {
  static constexpr std::array<Rule, 2> kRules = {{{"description", 1, put_text}, {"schema", 2, put_schema_item}}};
  std::string responses;
  for (const doc::Member& member : *value.as_object())
    put_bytes(responses, 1, named(member.key, wrapped(1, message(member.value, kRules, 5))));
  put_bytes(out, field, responses);
}

void put_operation(std::string& out, uint32_t field, const Value& value) {
  static constexpr std::array<Rule, 5> kRules = {{{"operationId", 5, put_text},
                                                  {"produces", 6, put_texts},
                                                  {"consumes", 7, put_texts},
                                                  {"parameters", 8, put_parameters},
                                                  {"responses", 9, put_responses}}};
  put_bytes(out, field, message(value, kRules, 13));
}

std::string path_item(const Value& value) {
  static constexpr std::array<Rule, 6> kRules = {{{"get", 2, put_operation},
                                                  {"put", 3, put_operation},
                                                  {"post", 4, put_operation},
                                                  {"delete", 5, put_operation},
                                                  {"patch", 8, put_operation},
                                                  {"parameters", 9, put_parameters}}};
  return message(value, kRules, 10);
}

}  // namespace

void add_path(std::string& paths, std::string_view path, const Value& item) { put_bytes(paths, 2, named(path, path_item(item))); }

void add_definition(std::string& definitions, std::string_view name, const Value& definition) {
  put_bytes(definitions, 1, named(name, schema(definition)));
}

std::string document(std::string_view title, std::string_view version, std::string_view paths, std::string_view definitions) {
  std::string out;
  put_bytes(out, 1, "2.0");
  put_bytes(out, 2, wrapped(1, title) + wrapped(2, version));
  put_bytes(out, 8, paths);
  put_bytes(out, 9, definitions);
  return out;
}

}  // namespace graylane::openapi
