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

/// Walks through what is written of a document, with the same document as reading completed it and the object that is there beside
/// it: inside a whole, such as a list without keys, an object has the defaults too.
class Search {
 public:
  std::vector<Difference> differences;

  void object(const doc::Object& wanted, const doc::Object* full, const doc::Object* present, const Schema* schema) {
    for (const doc::Member& member : wanted) {
      const std::string step = (field_.empty() ? "" : ".") + member.key;
      go(PathElement::field(member.key), step, [&] {
        value(member.value, full ? full->find(member.key) : nullptr, present ? present->find(member.key) : nullptr,
              schema_of_member(schema, member.key));
      });
    }
  }

 private:
  void value(const Value& wanted, const Value* full, const Value* present, const Schema* schema) {
    if (wanted.is_object())
      return object(*wanted.as_object(), full ? full->as_object() : nullptr, present ? present->as_object() : nullptr, schema);
    const bool is_map = schema && schema->list_type == Schema::ListType::kMap && wanted.is_array();
    if (is_map)
      return list(*wanted.as_array(), full ? full->as_array() : nullptr, present ? present->as_array() : nullptr, *schema);
    const bool is_there = present && (*present == wanted || (full && *present == *full));
    if (!is_there) differences.push_back({path_, field_, wanted.at()});
  }

  static doc::Object keys_of(const Value& item, const Schema& schema) {
    doc::Object keys;
    for (const std::string& key : schema.list_keys) {
      if (const Value* value = item.find(key)) keys.append(key, *value, {});
    }
    return keys;
  }

  static const Value* find_item(const doc::Array* items, const doc::Object& keys, const Schema& schema) {
    if (!items) return nullptr;
    const auto found =
        std::ranges::find_if(*items, [&](const Value& item) { return Value(keys_of(item, schema)) == Value(keys); });
    return found == items->end() ? nullptr : &*found;
  }

  void list(const doc::Array& wanted, const doc::Array* full, const doc::Array* present, const Schema& schema) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const doc::Object keys = keys_of(wanted[i], schema);
      go(PathElement::key(keys), "[" + std::to_string(i) + "]",
         [&] { value(wanted[i], find_item(full, keys, schema), find_item(present, keys, schema), schema.items); });
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

/// Who set just this field, or the whole that it is a part of; empty: only the document did.
std::string setter(const patch::Owners& owners, const patch::Path& path) {
  const auto sets = [&](const patch::FieldSet& fields) {
    const patch::FieldSet* at = &fields;
    for (size_t i = 0; i < path.size(); ++i) {
      const patch::FieldSet::Node* node = at->find(path[i]);
      if (!node) return false;
      if (node->member && (i + 1 == path.size() || node->below.empty())) return true;
      at = &node->below;
    }
    return false;
  };
  for (const patch::Owner& owner : owners) {
    if (owner.manager != kManager && sets(owner.fields)) return owner.manager;
  }
  return {};
}

struct Named {
  const Difference* difference;
  std::string manager;
};

std::string sentence(const std::vector<Named>& named) {
  std::string text;
  for (size_t i = 0; i < std::min(named.size(), kNamedMax); ++i)
    text += (i == 0 ? "" : ", ") + named[i].difference->field + " was changed by " + named[i].manager;
  if (named.size() > kNamedMax) text += ", and " + std::to_string(named.size() - kNamedMax) + " more fields";
  return text;
}

std::vector<Difference> search(const Document& document, const api::Object& live) {
  Search search;
  doc::Object wanted = *document.written.as_object();
  wanted.erase("status");
  search.object(wanted, document.object.content.as_object(), live.content.as_object(), document.kind->schema);
  return std::move(search.differences);
}

patch::Owners owners_of(const api::Object& live) {
  const Value* metadata = live.find("metadata");
  return patch::decode_managed_fields(metadata ? metadata->find("managedFields") : nullptr).value_or(patch::Owners());
}

Diagnostic warning(const Document& document, const std::vector<Named>& named, std::string id, const std::string& what,
                   std::string fix) {
  const std::string name = document.object.key.to_string();
  const Difference& first = *named.front().difference;
  return {Severity::kWarning,
          std::move(id),
          name,
          first.field,
          name + " " + what + ": " + sentence(named),
          std::move(fix),
          {document.object.file, first.at},
          {}};
}

}  // namespace

std::optional<Diagnostic> find_differences(const Document& document, const api::Object& live) {
  const std::vector<Difference> differences = search(document, live);
  if (differences.empty()) return std::nullopt;
  const patch::Owners owners = owners_of(live);
  std::vector<Named> named;
  for (const Difference& difference : differences) named.push_back({&difference, changer(owners, difference.path)});
  return warning(document, named, "overridden", "differs from its file",
                 "write the change into the file, or change the document to apply it again");
}

std::optional<Diagnostic> find_regained(const Document& document, const api::Object& live) {
  const std::vector<Difference> differences = search(document, live);
  if (differences.empty()) return std::nullopt;
  const patch::Owners owners = owners_of(live);
  std::vector<Named> named;
  for (const Difference& difference : differences) {
    if (std::string manager = setter(owners, difference.path); !manager.empty())
      named.push_back({&difference, std::move(manager)});
  }
  if (named.empty()) return std::nullopt;
  return warning(document, named, "override-ended", "is as its file says again, since its document changed", {});
}

}  // namespace graylane::sources
