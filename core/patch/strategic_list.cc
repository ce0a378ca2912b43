#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "doc/print.h"
#include "patch/go_text.h"
#include "patch/schema_walk.h"
#include "patch/strategic_merge.h"

namespace graylane::patch {
namespace {

using Ids = std::vector<std::string>;
constexpr size_t kNowhere = std::numeric_limits<size_t>::max();

std::unexpected<Failure> no_merge_key(const doc::Value& item, const std::string& merge_key) {
  return bad_patch("map: " + go_text(item) + " does not contain declared merge key: " + merge_key);
}

/// What tells an item from others: its merge key, or all of it when the list has none.
std::expected<std::string, Failure> id_of(const doc::Value& item, const std::string& merge_key) {
  if (merge_key.empty()) return doc::to_json(item);
  if (!item.is_object()) return bad_patch("value for key " + merge_key + " is not a map.");
  const doc::Value* value = item.find(merge_key);
  if (!value || value->is_object() || value->is_array()) return no_merge_key(item, merge_key);
  return doc::to_json(*value);
}

std::expected<Ids, Failure> ids_of(const doc::Array& items, const std::string& merge_key) {
  Ids ids;
  ids.reserve(items.size());
  for (const doc::Value& item : items) {
    auto id = id_of(item, merge_key);
    if (!id) return std::unexpected(std::move(id.error()));
    ids.push_back(*std::move(id));
  }
  return ids;
}

/// Where each item stands; of equal ones the first.
class Order {
 public:
  explicit Order(const Ids& ids) {
    for (size_t i = 0; i < ids.size(); ++i) places_.emplace(ids[i], i);
  }
  size_t place(const std::string& id) const {
    const auto it = places_.find(id);
    return it == places_.end() ? kNowhere : it->second;
  }
  bool has(const std::string& id) const { return place(id) != kNowhere; }

 private:
  std::unordered_map<std::string, size_t> places_;
};

struct Item {
  doc::Value* value;
  const std::string* id;
  size_t place;  // in the order that its half follows
};

/// The items that `wanted` has, in its order; between them the others, in the order of `before`, each before the first of the
/// former that stood behind it.
doc::Array in_order(doc::Array items, const Ids& ids, const Order& wanted, const Order& before) {
  std::vector<Item> named;
  std::vector<Item> others;
  for (size_t i = 0; i < items.size(); ++i) {
    const size_t place = wanted.place(ids[i]);
    if (place != kNowhere) named.push_back({&items[i], &ids[i], place});
    else others.push_back({&items[i], &ids[i], before.place(ids[i])});
  }
  std::ranges::stable_sort(named, {}, &Item::place);
  std::ranges::stable_sort(others, {}, &Item::place);
  doc::Array result;
  result.reserve(items.size());
  size_t i = 0;
  for (const Item& item : named) {
    const size_t old_place = before.place(*item.id);
    while (i < others.size() && old_place != kNowhere && others[i].place < old_place)
      result.push_back(std::move(*others[i++].value));
    result.push_back(std::move(*item.value));
  }
  for (; i < others.size(); ++i) result.push_back(std::move(*others[i].value));
  return result;
}

/// All items of both lists must be of one kind, and none a list.
Merged check_kinds(const doc::Array& a, const doc::Array& b) {
  const doc::Value* first = !a.empty() ? &a.front() : !b.empty() ? &b.front() : nullptr;
  for (const doc::Array* items : {&a, &b}) {
    for (const doc::Value& item : *items) {
      if (item.is_array())
        return refuse(Reason::kInvalid, "the server rejected our request due to an error in our request",
                      {{"FieldValueInvalid", "lists of lists are not supported", ""}});
      if (item.kind() != first->kind())
        return bad_patch("list element types are not identical: " + std::string(go_type(*first)) + ", " +
                         std::string(go_type(item)));
    }
  }
  return {};
}

Merged merge_sets(doc::Array& original, doc::Array patch) {
  const auto before = ids_of(original, "");
  const auto wanted = ids_of(patch, "");
  original.insert(original.end(), std::make_move_iterator(patch.begin()), std::make_move_iterator(patch.end()));
  std::unordered_set<std::string> seen;
  std::erase_if(original, [&](const doc::Value& item) { return !seen.insert(doc::to_json(item)).second; });
  const auto ids = ids_of(original, "");
  original = in_order(std::move(original), *ids, Order(*wanted), Order(*before));
  return {};
}

/// Carries out the items that are directives and takes them out of the patch. True: the list is replaced.
std::expected<bool, Failure> take_directives(doc::Array& original, doc::Array& patch, const std::string& merge_key) {
  bool replaced = false;
  std::unordered_set<std::string> deleted;
  for (const doc::Value& item : patch) {
    const doc::Value* directive = item.find(kDirective);
    if (!directive) continue;
    const std::string* word = directive->as_string();
    if (word && *word == "merge") return bad_patch("merging lists cannot yet be specified in the patch");
    if (!word || (*word != "delete" && *word != "replace"))
      return bad_patch("unknown patch type: " + go_text(*directive) + " in map: " + go_text(item));
    if (*word == "replace") {
      replaced = true;
      continue;
    }
    auto id = id_of(item, merge_key);
    if (!id) return no_merge_key(item, merge_key);
    deleted.insert(*std::move(id));
  }
  std::erase_if(patch, [](const doc::Value& item) { return item.find(kDirective) != nullptr; });
  if (deleted.empty()) return replaced;
  std::erase_if(original, [&](const doc::Value& item) {
    const auto id = id_of(item, merge_key);
    return id && deleted.contains(*id);
  });
  return replaced;
}

Merged merge_items(doc::Array& original, doc::Array& patch, const Ids& ids, Ids before, const api::Schema* items) {
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < before.size(); ++i) places.emplace(std::move(before[i]), i);
  for (size_t i = 0; i < patch.size(); ++i) {
    const auto [it, is_new] = places.emplace(ids[i], original.size());
    if (!is_new) {
      doc::Object& target = *original[it->second].as_object();
      if (auto done = merge_objects(target, std::move(*patch[i].as_object()), items); !done) return done;
    } else {
      clean(patch[i]);
      original.push_back(std::move(patch[i]));
    }
  }
  return {};
}

Merged merge_maps(doc::Array& original, doc::Array patch, const api::Schema& schema) {
  const std::string& merge_key = schema.patch.merge_key;
  if (merge_key.empty()) return bad_patch("cannot merge lists without merge key");
  const auto replaced = take_directives(original, patch, merge_key);
  if (!replaced) return std::unexpected(replaced.error());
  if (*replaced) {
    for (doc::Value& item : patch) clean(item);
    original = std::move(patch);
    return {};
  }
  const auto before = ids_of(original, merge_key);
  const auto wanted = ids_of(patch, merge_key);
  if (!before || !wanted) return std::unexpected(before ? wanted.error() : before.error());
  if (auto done = merge_items(original, patch, *wanted, *before, schema.items); !done) return done;
  const auto ids = ids_of(original, merge_key);
  if (!ids) return std::unexpected(ids.error());
  original = in_order(std::move(original), *ids, Order(*wanted), Order(*before));
  return {};
}

/// The patch's items must come in the order of $setElementOrder, which must name them all.
Merged check_order(const doc::Array& patch, const doc::Array& order, const std::string& merge_key) {
  if (order.empty()) return {};
  const auto ordered = ids_of(order, merge_key);
  if (!ordered) return std::unexpected(ordered.error());
  size_t next = 0;
  for (const doc::Value& item : patch) {
    if (item.find(kDirective)) continue;
    const auto id = id_of(item, merge_key);
    if (!id) return std::unexpected(id.error());
    while (next < ordered->size() && (*ordered)[next] != *id) ++next;
    if (next++ < ordered->size()) continue;
    return bad_patch("The order in patch list:\n" + go_text(doc::Value(patch)) + "\n doesn't match $setElementOrder list:\n" +
                     go_text(doc::Value(order)) + "\n");
  }
  return {};
}

}  // namespace

Merged merge_lists(doc::Array& original, doc::Array patch, const api::Schema* schema) {
  if (!schema || !schema->patch.merge) {
    std::erase_if(patch, [](doc::Value& item) { return !clean(item); });
    original = std::move(patch);
    return {};
  }
  if (original.empty() && patch.empty()) return {};
  if (auto done = check_kinds(original, patch); !done) return done;
  const bool maps = (original.empty() ? patch : original).front().is_object();
  return maps ? merge_maps(original, std::move(patch), *schema) : merge_sets(original, std::move(patch));
}

Merged delete_from_list(doc::Array& original, const doc::Array& deletions) {
  if (auto done = check_kinds(original, deletions); !done) return done;
  const auto ids = ids_of(deletions, "");
  const std::unordered_set<std::string> deleted(ids->begin(), ids->end());
  std::erase_if(original, [&](const doc::Value& item) { return deleted.contains(doc::to_json(item)); });
  return {};
}

std::expected<doc::Array, Failure> merge_ordered_lists(const doc::Array* original, doc::Array* patch, const doc::Array& order,
                                                       const api::Schema* schema) {
  const std::string& merge_key = schema->patch.merge_key;
  if (patch) {
    if (auto done = check_order(*patch, order, merge_key); !done) return std::unexpected(done.error());
  }
  doc::Array merged = original ? *original : doc::Array();
  const auto before = ids_of(merged, merge_key);
  if (!before) return std::unexpected(before.error());
  if (patch) {
    if (auto done = merge_lists(merged, std::move(*patch), schema); !done) return std::unexpected(done.error());
  }
  const auto wanted = ids_of(order, merge_key);
  const auto ids = ids_of(merged, merge_key);
  if (!wanted || !ids) return std::unexpected(wanted ? ids.error() : wanted.error());
  return in_order(std::move(merged), *ids, Order(*wanted), Order(*before));
}

}  // namespace graylane::patch
