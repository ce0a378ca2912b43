// GoTypes: declarations of Go types, as far as a text of their values needs them: names, and fields in their order. Read from a
// compact table, once; a mistake in a table is a programmer's error. Immutable, then safe from any thread.
//
//   KeyToPath:  Key string  Path string  Mode *int32    a struct: fields, each with its type
//     WWIDs=wwids []string                              the field's name in JSON, where it is not the Go name in camel case
//     +VolumeSource                                     an embedded struct, whose fields stand among the owner's in JSON
//
// Types: string bool int32 int64 UID Time Quantity ResourceList IntOrString FieldsV1; $T a text type of that name; *T, []T and
// map[string]T as in Go; any other word is a struct of the table. Names of structs and text types are printed with "v1.".
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace graylane::gohash {

struct GoField;

struct GoType {
  enum class Kind : uint8_t {
    kStruct,
    kPointer,
    kSlice,
    kMap,
    kString,
    kBool,
    kInt,
    kTime,
    kQuantity,
    kIntOrString,
    kRawJson,
  };

  Kind kind = Kind::kStruct;
  std::string name;                 // as Go prints it: "[]v1.KeyToPath"
  const GoType* element = nullptr;  // of pointers, slices and maps
  std::vector<GoField> fields;      // of structs
};

struct GoField {
  std::string label;  // how its text begins, set or not: "Mode:(*int32)"
  std::string json;   // empty: embedded
  const GoType* type = nullptr;
};

class GoTypes {
 public:
  explicit GoTypes(std::string_view table);
  GoTypes(const GoTypes&) = delete;
  GoTypes& operator=(const GoTypes&) = delete;

  /// A struct of the table.
  const GoType& of(std::string_view name) const;

 private:
  void add_scalars();
  void add_named(std::string_view word, GoType::Kind kind, std::string name);
  GoType& named(std::string_view name);
  const GoType& wrap(GoType::Kind kind, std::string_view prefix, std::string_view element);
  const GoType& type(std::string_view word);

  std::deque<GoType> types_;                           // addresses stay
  std::map<std::string, GoType*, std::less<>> names_;  // by their words in the table
};

}  // namespace graylane::gohash
