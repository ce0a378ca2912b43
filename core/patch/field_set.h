// FieldSet: a set of the fields of an object, as metadata.managedFields has them (fieldsV1). A value; a tree of path elements,
// each of which may itself be in the set and may have others below it.
#pragma once

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace graylane::patch {

/// One step of a path, in its written form: `f:name` a field, `k:{"name":"c"}` the item of a list map, `v:"x"` an item of a
/// set. Texts are equal if and only if the elements are.
struct PathElement {
  std::string text;

  static PathElement field(std::string_view name);
  static PathElement key(const doc::Object& keys);  // sorts them
  static PathElement value(const doc::Value& scalar);
  /// A written form that may have its keys in any order; nothing when it is none.
  static std::optional<PathElement> parse(const std::string& text);

  bool is_field() const { return text.starts_with("f:"); }
  std::string_view field_name() const { return std::string_view(text).substr(2); }
  bool operator==(const PathElement&) const = default;
  /// Fields by name, then keys and values, numbers by size.
  std::strong_ordering operator<=>(const PathElement& other) const;
};

/// For messages: `.spec.ports[port=80,protocol="TCP"].name`.
using Path = std::vector<PathElement>;
std::string to_string(const Path& path);

class FieldSet {
 public:
  struct Node;
  using Nodes = std::vector<Node>;

  FieldSet() = default;
  /// Each of them a path of field names.
  FieldSet(std::initializer_list<std::initializer_list<std::string_view>> paths);
  /// Any order; elements must differ. Nodes that hold nothing are dropped.
  explicit FieldSet(Nodes nodes);

  /// Lenient, as Kubernetes is: elements of unknown kind are dropped.
  static FieldSet from_fields_v1(const doc::Value& fields);
  doc::Value to_fields_v1() const;

  bool empty() const { return nodes_.empty(); }
  const Nodes& nodes() const { return nodes_; }  // sorted
  const Node* find(const PathElement& element) const;
  bool has(const Path& path) const;
  void insert(const Path& path);
  /// In the order in which Kubernetes names them: the members of a level, then what is below each.
  std::vector<Path> paths() const;

  FieldSet operator|(const FieldSet& other) const;
  FieldSet operator&(const FieldSet& other) const;
  FieldSet operator-(const FieldSet& other) const;
  /// Without the members of `other` and all that is below them.
  FieldSet without_subtrees(const FieldSet& other) const;
  bool operator==(const FieldSet&) const;

 private:
  Nodes nodes_;
};

struct FieldSet::Node {
  PathElement element;
  bool member = false;
  FieldSet below;

  bool operator==(const Node&) const = default;
};

}  // namespace graylane::patch
