// Schema: the structural schema of one type: what decoding, defaulting, validating and merging need to know of it.
// Immutable once its SchemaSet is shared; schemas refer to one another by plain pointers inside their set (recursion is
// possible), so whoever keeps a `const Schema*` keeps the set alive. Filled from compact tables for built-in kinds
// (schema_table.h); a CustomResourceDefinition fills the same fields.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace graylane::api {

struct Property;
struct Rules;

struct Schema {
  enum class Type : uint8_t {
    kAny,
    kObject,
    kArray,
    kString,
    kInteger,
    kNumber,
    kBoolean,
    kIntOrString,  // x-kubernetes-int-or-string
    kQuantity,     // "100m", "2Gi", 1
  };
  /// What a text (or the text form of an int-or-string) must look like.
  enum class Format : uint8_t {
    kNone,
    kDnsLabel,
    kDnsSubdomain,
    kIpAddress,
    kDateTime,
    kMicroTime,  // a time that is written with microseconds
    kBase64,
    kPortName,
    kLabelValue,
    kPercent,
  };
  enum class ListType : uint8_t { kAtomic, kSet, kMap };
  enum class MapType : uint8_t { kGranular, kAtomic };
  /// Of a strategic merge patch.
  struct Patch {
    bool merge = false;  // a list: by merge_key, or as a set when that is empty
    bool retain_keys = false;
    std::string merge_key;
  };
  /// A field that people write here although it is not one, and what to say.
  struct Hint {
    std::string name;
    std::string fix;
  };

  std::string name;  // of a type that several fields share: "io.k8s.api.core.v1.Probe"; empty: it stands in its place only
  Type type = Type::kAny;
  Format format = Format::kNone;
  ListType list_type = ListType::kAtomic;
  MapType map_type = MapType::kGranular;
  bool preserve_unknown = false;
  bool nullable = false;             // null is a value here; elsewhere it counts as absent
  bool embedded = false;             // a whole object: apiVersion, kind and metadata need no declaration
  bool qualified_keys = false;       // a map whose keys are qualified names, as those of labels and annotations
  bool tolerate_duplicates = false;  // kMap only: the API server accepts entries of equal keys
  Patch patch;
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::vector<std::string> list_keys;    // kMap only
  std::vector<std::string> enum_values;  // empty: any
  std::vector<Property> properties;      // sorted by name
  const Schema* items = nullptr;         // of an array; null: anything
  const Schema* additional = nullptr;    // of an object: the values of members that are no properties
  std::vector<Hint> hints;
  const Rules* rules = nullptr;  // of a CustomResourceDefinition: what it says beyond all that (schema_rules.h); may be null

  const Property* find(std::string_view name) const;
};

struct Property {
  std::string name;
  const Schema* schema = nullptr;
  bool required = false;
  std::optional<doc::Value> default_value;
  // On the wire. An embedded Go struct is a message of its own there, while its fields stand among the owner's in JSON.
  uint32_t protobuf_number = 0;    // 0: not known
  uint32_t protobuf_embedded = 0;  // the number of the embedded message that holds it; 0: none
  bool protobuf_presence = false;  // a zero that was sent counts; else it is what Go writes for "absent"

  bool needs_care_when_absent() const { return required || default_value.has_value(); }
};

/// Owns schemas that refer to one another. Addresses stay valid as it grows and when it is moved.
class SchemaSet {
 public:
  Schema& add(Schema schema = {}) { return schemas_.emplace_back(std::move(schema)); }

 private:
  std::deque<Schema> schemas_;
};

using SchemaSetPtr = std::shared_ptr<const SchemaSet>;

}  // namespace graylane::api
