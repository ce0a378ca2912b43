#include "doc/value.h"

#include <algorithm>

#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::doc {
namespace {

template <class Members>
auto find_in(Members& members, std::string_view key) {
  return std::ranges::find_if(members, [key](const Member& member) { return member.key == key; });
}

std::vector<const Member*> by_key(const Object& object) {
  std::vector<const Member*> sorted;
  sorted.reserve(object.size());
  for (const Member& member : object) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](const Member* member) -> const std::string& { return member->key; });
  return sorted;
}

bool same_member(const Member& a, const Member& b) { return a.key == b.key && a.value == b.value; }

bool same_object(const Object& a, const Object& b) {
  if (a.size() != b.size()) return false;
  // Members usually come in the same order; only when they do not is sorting worth its cost.
  if (std::ranges::equal(a, b, {}, &Member::key, &Member::key)) {
    return std::ranges::equal(a, b, {}, &Member::value, &Member::value);
  }
  return std::ranges::equal(by_key(a), by_key(b), [](auto* x, auto* y) { return same_member(*x, *y); });
}

bool same_packed(const Value& a, const Value& b) {
  const bool both = a.is_packed() && b.is_packed();
  return (both && a.as_packed()->json == b.as_packed()->json) || a.unpacked() == b.unpacked();
}

}  // namespace

const Member* Object::find_member(std::string_view key) const {
  auto it = find_in(members_, key);
  return it == members_.end() ? nullptr : &*it;
}

const Value* Object::find(std::string_view key) const {
  const Member* member = find_member(key);
  return member ? &member->value : nullptr;
}

Value* Object::find(std::string_view key) {
  auto it = find_in(members_, key);
  return it == members_.end() ? nullptr : &it->value;
}

Value& Object::set(std::string key, Value value, Position key_at) {
  auto it = find_in(members_, key);
  if (it == members_.end()) return append(std::move(key), std::move(value), key_at);
  it->value = std::move(value);
  it->key_at = key_at;
  return it->value;
}

bool Object::erase(std::string_view key) {
  auto it = find_in(members_, key);
  if (it == members_.end()) return false;
  members_.erase(it);
  return true;
}

void Object::reserve(size_t n) { members_.reserve(n); }

Value& Object::append(std::string key, Value value, Position key_at) {
  members_.push_back(Member{std::move(key), key_at, std::move(value)});
  return members_.back().value;
}

Value::Value(bool value, Position at) : data_(value), at_(at) {}
Value::Value(int64_t value, Position at) : data_(value), at_(at) {}
Value::Value(double value, Position at) : data_(value), at_(at) {}
Value::Value(std::string value, Position at) : data_(std::move(value)), at_(at) {}
Value::Value(std::string_view value, Position at) : data_(std::string(value)), at_(at) {}
Value::Value(const char* value, Position at) : data_(std::string(value)), at_(at) {}
Value::Value(Array value, Position at) : data_(std::move(value)), at_(at) {}
Value::Value(Object value, Position at) : data_(std::move(value)), at_(at) {}

Value Value::null(Position at) {
  Value value;
  value.at_ = at;
  return value;
}

Value Value::packed(const Value& value) {
  Value result;
  result.data_ = Packed{value.is_packed() ? value.as_packed()->json : to_json(value)};
  result.at_ = value.at_;
  return result;
}

Value Value::unpacked() const {
  const Packed* packed = as_packed();
  if (!packed) return *this;
  Parsed parsed = parse_json(packed->json, nullptr, {.bytes_max = packed->json.size()});
  if (parsed.documents.empty()) return null(at_);  // nested too deeply to be read back
  clear_positions(parsed.documents.front());
  parsed.documents.front().at_ = at_;
  return std::move(parsed.documents.front());
}

const Value* Value::find(std::string_view key) const {
  const Object* object = as_object();
  return object ? object->find(key) : nullptr;
}

bool Value::operator==(const Value& other) const {
  if (is_packed() || other.is_packed()) return same_packed(*this, other);
  if (kind() != other.kind()) return false;
  if (const Object* object = as_object()) return same_object(*object, *other.as_object());
  if (const Array* array = as_array()) return *array == *other.as_array();
  if (const std::string* text = as_string()) return *text == *other.as_string();
  if (const double* number = as_double()) return *number == *other.as_double();
  if (const int64_t* number = as_int()) return *number == *other.as_int();
  if (const bool* flag = as_bool()) return *flag == *other.as_bool();
  return true;
}

void clear_positions(Value& value) {
  value.set_at({});
  if (Array* array = value.as_array()) std::ranges::for_each(*array, clear_positions);
  Object* object = value.as_object();
  if (!object) return;
  for (Member& member : *object) {
    member.key_at = {};
    clear_positions(member.value);
  }
}

std::string_view name_of(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::kNull: return "null";
    case Value::Kind::kBool: return "boolean";
    case Value::Kind::kInt: return "integer";
    case Value::Kind::kDouble: return "number";
    case Value::Kind::kString: return "string";
    case Value::Kind::kArray: return "array";
    case Value::Kind::kObject: return "object";
    case Value::Kind::kPacked: return "packed";
  }
  return "";
}

}  // namespace graylane::doc
