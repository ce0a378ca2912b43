#include "sources/differences.h"

#include <algorithm>
#include <vector>

#include "patch/managed_fields.h"
#include "sources/written_part.h"

namespace graylane::sources {

using api::Schema;
using doc::Value;
using patch::PathElement;

namespace {

constexpr size_t kNamedMax = 3;  // fields in one message

struct Difference {
  patch::Path path;
  std::string field;
  Position at;
};

class Search {
 public:
  std::vector<Difference> differences;

  void value(const Value& wanted, const Value* present, const Schema* schema) {
    if (wanted.is_object()) return object(*wanted.as_object(), present ? present->as_object() : nullptr, schema);
    const bool is_map = schema && schema->list_type == Schema::ListType::kMap && wanted.is_array();
    if (is_map) return list(*wanted.as_array(), present ? present->as_array() : nullptr, *schema);
    if (!present || *present != wanted) differences.push_back({path_, field_, wanted.at()});
  }

  void object(const doc::Object& wanted, const doc::Object* present, const Schema* schema) {
    for (const doc::Member& member : wanted) {
      const std::string step = (field_.empty() ? "" : ".") + member.key;
      go(PathElement::field(member.key), step,
         [&] { value(member.value, present ? present->find(member.key) : nullptr, schema_of_member(schema, member.key)); });
    }
  }

 private:
  static doc::Object keys_of(const Value& item, const Schema& schema) {
    doc::Object keys;
    for (const std::string& key : schema.list_keys) {
      if (const Value* value = item.find(key)) keys.append(key, *value, {});
    }
    return keys;
  }

  static const Value* find_item(const doc::Array& items, const doc::Object& keys, const Schema& schema) {
    const auto found =
        std::ranges::find_if(items, [&](const Value& item) { return Value(keys_of(item, schema)) == Value(keys); });
    return found == items.end() ? nullptr : &*found;
  }

  void list(const doc::Array& wanted, const doc::Array* present, const Schema& schema) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const doc::Object keys = keys_of(wanted[i], schema);
      const Value* partner = present ? find_item(*present, keys, schema) : nullptr;
      go(PathElement::key(keys), "[" + std::to_string(i) + "]", [&] { value(wanted[i], partner, schema.items); });
    }
  }

  template <class Below>
  void go(PathElement element, const std::string& step, Below below) {
    const size_t length = field_.size();
    path_.push_back(std::move(element));
    field_ += step;
    below();
    field_.resize(length);
    path_.pop_back();
  }

  patch::Path path_;
  std::string field_;
};

/// Who set the field, or anything around it; "somebody": it was taken away, or by a program that leaves no name.
std::string changer(const patch::Owners& owners, patch::Path path) {
  for (; !path.empty(); path.pop_back()) {
    for (const patch::Owner& owner : owners) {
      if (owner.manager != kManager && owner.fields.has(path)) return owner.manager;
    }
  }
  return "somebody";
}

std::string sentence(const std::vector<Difference>& differences, const patch::Owners& owners) {
  std::string text;
  for (size_t i = 0; i < std::min(differences.size(), kNamedMax); ++i)
    text += (i == 0 ? "" : ", ") + differences[i].field + " was changed by " + changer(owners, differences[i].path);
  if (differences.size() > kNamedMax) text += ", and " + std::to_string(differences.size() - kNamedMax) + " more fields";
  return text;
}

}  // namespace

std::optional<Diagnostic> find_differences(const Document& document, const api::Object& live) {
  Search search;
  doc::Object wanted = *document.written.as_object();
  wanted.erase("status");
  search.object(wanted, live.content.as_object(), document.kind ? document.kind->schema : nullptr);
  if (search.differences.empty()) return std::nullopt;
  const Value* metadata = live.find("metadata");
  const auto owners = patch::decode_managed_fields(metadata ? metadata->find("managedFields") : nullptr);
  const std::string name = document.object.key.to_string();
  const Difference& first = search.differences.front();
  return Diagnostic{Severity::kWarning,
                    "overridden",
                    name,
                    first.field,
                    name + " differs from its file: " + sentence(search.differences, owners.value_or(patch::Owners())),
                    "write the change into the file, or change the document to apply it again",
                    {document.object.file, first.at},
                    {}};
}

}  // namespace graylane::sources
