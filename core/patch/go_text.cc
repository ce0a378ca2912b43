#include "patch/go_text.h"

#include <algorithm>
#include <vector>

#include "doc/print.h"

namespace graylane::patch {
namespace {

constexpr size_t kTextMax = 2'000;

void append(std::string& out, const doc::Value& value);

void append_object(std::string& out, const doc::Object& object) {
  std::vector<const doc::Member*> sorted;
  for (const doc::Member& member : object) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](const doc::Member* member) { return std::string_view(member->key); });
  out += "map[";
  for (const doc::Member* member : sorted) {
    if (out.size() > kTextMax) break;
    if (member != sorted.front()) out += ' ';
    out += member->key + ':';
    append(out, member->value);
  }
  out += ']';
}

void append(std::string& out, const doc::Value& value) {
  if (const doc::Object* object = value.as_object()) return append_object(out, *object);
  if (const std::string* text = value.as_string()) {
    out += *text;
  } else if (const doc::Array* items = value.as_array()) {
    out += '[';
    for (const doc::Value& item : *items) {
      if (out.size() > kTextMax) break;
      if (&item != &items->front()) out += ' ';
      append(out, item);
    }
    out += ']';
  } else {
    out += value.is_null() ? "<nil>" : doc::to_json(value);
  }
}

}  // namespace

std::string go_text(const doc::Value& value) {
  std::string out;
  append(out, value);
  if (out.size() <= kTextMax) return out;
  out.resize(kTextMax);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();  // not inside a character
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
  return out + "...";
}

std::string_view go_json_kind(const doc::Value& value) {
  if (value.is_int() || value.is_double()) return "number";
  return value.is_bool() ? "bool" : doc::name_of(value.kind());
}

std::string_view go_type(const doc::Value& value) {
  switch (value.kind()) {
    case doc::Value::Kind::kNull: return "<nil>";
    case doc::Value::Kind::kBool: return "bool";
    case doc::Value::Kind::kInt: return "int64";
    case doc::Value::Kind::kDouble: return "float64";
    case doc::Value::Kind::kString: return "string";
    case doc::Value::Kind::kArray: return "[]interface {}";
    case doc::Value::Kind::kObject: return "map[string]interface {}";
    case doc::Value::Kind::kPacked: return go_type(value.unpacked());
  }
  return "";
}

}  // namespace graylane::patch
