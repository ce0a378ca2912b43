// Value: a YAML or JSON value that remembers where it was written. A plain value type: copies are deep, moves are cheap,
// const access from several threads is safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/location.h"

namespace graylane::doc {

class Value;
struct Member;

using Array = std::vector<Value>;

/// An object keeps the order of its members as written. Keys are unique. Lookup is linear: objects in manifests are small.
/// Indices count members in that order; they and references stay valid until the next set, append or erase.
class Object {
 public:
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  const Member* find_member(std::string_view key) const;
  /// Replaces the member of that key in place, or appends one.
  Value& set(std::string key, Value value, Position key_at = {});
  bool erase(std::string_view key);

  size_t size() const;
  bool empty() const;
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();
  void reserve(size_t n);
  /// For parsers that have checked that the key is new.
  Value& append(std::string key, Value value, Position key_at);

 private:
  std::vector<Member> members_;
};

/// What a value holds, as JSON on one line: a fifth of the memory of its tree.
struct Packed {
  std::string json;
};

class Value {
 public:
  /// A parser makes no kPacked: only who keeps values does, of parts that are hardly ever read.
  enum class Kind : uint8_t { kNull, kBool, kInt, kDouble, kString, kArray, kObject, kPacked };

  Value() = default;
  explicit Value(bool value, Position at = {});
  explicit Value(int64_t value, Position at = {});
  explicit Value(double value, Position at = {});
  explicit Value(std::string value, Position at = {});
  explicit Value(std::string_view value, Position at = {});
  explicit Value(const char* value, Position at = {});
  explicit Value(Array value, Position at = {});
  explicit Value(Object value, Position at = {});
  static Value null(Position at = {});
  /// Printed and compared as the value itself, but find() and as_array() see nothing in it. Positions inside are lost.
  static Value packed(const Value& value);
  /// A copy; of a packed value, what it holds.
  Value unpacked() const;

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_bool() const { return kind() == Kind::kBool; }
  bool is_int() const { return kind() == Kind::kInt; }
  bool is_double() const { return kind() == Kind::kDouble; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_packed() const { return kind() == Kind::kPacked; }

  // Access to a value of that kind; null when it is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  const Packed* as_packed() const { return std::get_if<Packed>(&data_); }
  std::string* as_string() { return std::get_if<std::string>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  /// The member of an object; null when absent or when this is no object.
  const Value* find(std::string_view key) const;

  /// Where the value begins in its file (for an object or array: its first member or bracket).
  Position at() const { return at_; }
  void set_at(Position at) { at_ = at; }

  /// Equal in content; positions and the order of members do not count. 1 and 1.0 differ.
  bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object, Packed> data_;
  Position at_;
};

struct Member {
  std::string key;
  Position key_at;
  Value value;
};

// Here, where Member is complete.
inline size_t Object::size() const { return members_.size(); }
inline bool Object::empty() const { return members_.empty(); }
inline std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }
inline std::vector<Member>::const_iterator Object::end() const { return members_.end(); }
inline std::vector<Member>::iterator Object::begin() { return members_.begin(); }
inline std::vector<Member>::iterator Object::end() { return members_.end(); }

/// As if the value, and all in it, came from no file.
void clear_positions(Value& value);

/// "null", "boolean", "integer", "number", "string", "array", "object": as JSON schema names them; "packed".
std::string_view name_of(Value::Kind kind);

}  // namespace graylane::doc
