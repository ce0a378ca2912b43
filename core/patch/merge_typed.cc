#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "patch/member_finder.h"
#include "patch/schema_walk.h"
#include "patch/shape.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

void merge(doc::Value& live, const doc::Value& config, const api::Schema* schema);

void merge_maps(doc::Object& live, const doc::Object& config, const api::Schema* schema) {
  MemberFinder in_live(&live);
  doc::Object added;
  for (const doc::Member& member : config) {
    const std::ptrdiff_t i = in_live.index(member.key);
    if (i >= 0) merge((live.begin() + i)->value, member.value, member_schema(schema, member.key));
    else added.append(member.key, member.value, member.key_at);
  }
  live.reserve(live.size() + added.size());
  for (doc::Member& member : added) live.append(std::move(member.key), std::move(member.value), member.key_at);
}

/// Merges two lists of items into one. The order of `config` holds for its items; those of `live` alone stay where they are
/// between them.
class ListMerge {
 public:
  ListMerge(doc::Array& live, const doc::Array& config, const api::Schema& schema) : schema_(schema) {
    for (doc::Value& item : live) {
      auto element = element_of(item, schema);
      // Items without a key cannot be owned or merged; they are kept at the end.
      if (!element) rest_.push_back(std::move(item));
      else live_.push_back({element->text, &item});
    }
    for (const ListItem& item : items_of(config, schema)) config_.push_back({item.element.text, item.value});
    for (size_t i = 0; i < live_.size(); ++i) in_live_.emplace(live_[i].id, i);
    for (const auto& item : live_) ++count_[item.id];
    for (const auto& item : config_) in_config_.insert(item.id);
  }

  doc::Array run();

 private:
  struct Live {
    std::string id;
    doc::Value* value;
  };
  struct Configured {
    std::string id;
    const doc::Value* value;
  };

  bool is_configured(const Live& item) const { return in_config_.contains(item.id); }
  void take(const Configured& item);

  const api::Schema& schema_;
  std::vector<Live> live_;
  std::vector<Configured> config_;
  std::unordered_map<std::string, size_t> in_live_;
  std::unordered_map<std::string, size_t> count_;
  std::unordered_set<std::string> in_config_;
  doc::Array rest_;
  doc::Array out_;
};

void ListMerge::take(const Configured& item) {
  const auto it = in_live_.find(item.id);
  // Several live items of one key are replaced by the one that is applied: which of them it means, nobody can say.
  if (it == in_live_.end() || count_[item.id] > 1) return out_.push_back(*item.value);
  doc::Value merged = std::move(*live_[it->second].value);
  merge(merged, *item.value, schema_.items);
  out_.push_back(std::move(merged));
}

doc::Array ListMerge::run() {
  // The next item of `config` that `live` has too: the two lists meet there.
  size_t shared = 0;
  auto skip_to_shared = [&] {
    while (shared < config_.size() && !in_live_.contains(config_[shared].id)) ++shared;
  };
  skip_to_shared();
  std::unordered_set<std::string> taken;
  size_t next = 0;
  auto take_next = [&] {
    taken.insert(config_[next].id);
    take(config_[next]);
    if (next++ == shared) ++shared, skip_to_shared();
  };
  for (size_t i = 0; i < live_.size();) {
    if (!is_configured(live_[i])) out_.push_back(std::move(*live_[i++].value));
    else if (taken.contains(live_[i].id)) {
      ++i;
      if (shared == config_.size() && next < config_.size()) take_next();
    } else if (next < config_.size() && config_[next].id == live_[i].id) take_next(), ++i;
    else if (shared < config_.size() && config_[shared].id != live_[i].id) ++i;  // it comes later
    else take_next();
  }
  while (next < config_.size()) take_next();
  for (doc::Value& item : rest_) out_.push_back(std::move(item));
  return std::move(out_);
}

bool is_empty(const doc::Value& value) {
  if (const doc::Object* object = value.as_object()) return object->empty();
  if (const doc::Array* items = value.as_array()) return items->empty();
  return value.is_null();
}

void merge(doc::Value& live, const doc::Value& config, const api::Schema* schema) {
  const bool granular = shape_of(live, schema) != Shape::kLeaf;
  // Nothing is set in an empty map or list, so nothing changes; an atomic one is set to be empty.
  if (granular && !is_empty(live) && is_empty(config) && (config.is_null() || config.kind() == live.kind())) return;
  if (granular && live.is_object() && config.is_object()) return merge_maps(*live.as_object(), *config.as_object(), schema);
  if (granular && live.is_array() && config.is_array() && !is_empty(config)) {
    live = doc::Value(ListMerge(*live.as_array(), *config.as_array(), *schema).run(), live.at());
    return;
  }
  live = config;
}

}  // namespace

doc::Value merge_typed(doc::Value live, const doc::Value& config, const api::Schema* schema) {
  merge(live, config, schema);
  return live;
}

}  // namespace graylane::patch
