#include "patch/ownership.h"

#include <algorithm>
#include <map>

namespace graylane::patch {

namespace {

/// An object in the version of the write or another one.
struct InVersion {
  std::string version;
  doc::Value object;
  const api::Schema* schema = nullptr;
};

/// Nothing when the version is not known.
std::optional<InVersion> converted(const InVersion& from, const std::string& version, const Write& write) {
  if (from.version == version) return from;
  auto to = write.convert ? write.convert(from.object, version) : std::nullopt;
  return to ? std::optional(InVersion{version, std::move(to->object), to->schema}) : std::nullopt;
}

InVersion as_written(doc::Value object, const Write& write) { return {write.api_version, std::move(object), write.schema}; }

}  // namespace

void reconcile_owners(Owners& owners, const doc::Value& live, const Write& write) {
  std::map<std::string, std::optional<const api::Schema*>> schemas;
  schemas[write.api_version] = write.schema;
  auto schema_of = [&](const std::string& version) {
    auto it = schemas.find(version);
    if (it != schemas.end()) return it->second;
    const auto versioned = converted(as_written(live, write), version, write);
    return schemas[version] = versioned ? std::optional(versioned->schema) : std::nullopt;
  };
  std::erase_if(owners, [&](Owner& owner) {
    const auto schema = schema_of(owner.api_version);
    if (schema) owner.fields = reconcile(owner.fields, *schema);
    return !schema;
  });
}

namespace {

struct Change {
  Comparison comparison;
  FieldSet changed;  // modified or added
};

/// The difference between two objects, in every version that is asked for.
class Changes {
 public:
  Changes(const doc::Value& before, const doc::Value& after, const Write& write)
      : before_(before), after_(after), write_(write) {}

  /// Null when the version is not known.
  const Change* in(const std::string& version) {
    auto it = by_version_.find(version);
    if (it == by_version_.end()) it = by_version_.emplace(version, make(version)).first;
    return it->second ? &*it->second : nullptr;
  }

 private:
  std::optional<Change> make(const std::string& version) const {
    if (version == write_.api_version) return make(before_, after_, write_.schema);
    const auto before = converted(as_written(before_, write_), version, write_);
    const auto after = converted(as_written(after_, write_), version, write_);
    if (!before || !after) return std::nullopt;
    return make(before->object, after->object, after->schema);
  }
  Change make(const doc::Value& before, const doc::Value& after, const api::Schema* schema) const {
    Change change{compare(before, after, schema, write_.builtin).without_subtrees(write_.reset_fields), {}};
    change.changed = change.comparison.modified | change.comparison.added;
    return change;
  }

  const doc::Value& before_;
  const doc::Value& after_;
  const Write& write_;
  std::map<std::string, std::optional<Change>> by_version_;
};

}  // namespace

std::expected<Comparison, Conflicts> give_way(Owners& owners, const Owner* self, const doc::Value& before,
                                              const doc::Value& after, const Write& write, bool force) {
  Changes changes(before, after, write);
  Conflicts conflicts;
  Owners left;
  left.reserve(owners.size());
  for (const Owner& owner : owners) {
    if (self && owner.is(*self)) {
      if (!owner.fields.empty()) left.push_back(owner);
      continue;
    }
    const Change* change = changes.in(owner.api_version);
    if (!change) continue;
    FieldSet conflict = owner.fields & change->changed;
    left.push_back(owner);
    left.back().fields = owner.fields - conflict - change->comparison.removed;
    if (left.back().fields.empty()) left.pop_back();
    if (conflict.empty()) continue;
    conflicts.push_back(owner);
    conflicts.back().fields = std::move(conflict);
  }
  if (!force && !conflicts.empty()) return std::unexpected(std::move(conflicts));
  owners = std::move(left);
  return changes.in(write.api_version)->comparison;
}

namespace {

/// All that an object has, with the structs around its fields.
FieldSet all_fields(const InVersion& object) { return with_structs(fields_of(object.object, object.schema), object.schema); }

std::map<std::string, FieldSet> fields_by_version(const Owners& owners) {
  std::map<std::string, FieldSet> by_version;
  for (const Owner& owner : owners) by_version[owner.api_version] = by_version[owner.api_version] | owner.fields;
  return by_version;
}

/// Puts back what was pruned although somebody owns it in that version. Owners in unknown versions own nothing.
void add_back_owned(InVersion& merged, InVersion& pruned, const std::string& version, const FieldSet& owned, const Write& write) {
  auto merged_there = converted(merged, version, write);
  const auto pruned_there = converted(pruned, version, write);
  if (!merged_there || !pruned_there) return;
  merged = *std::move(merged_there);
  pruned = merged;
  const FieldSet kept = all_fields(*pruned_there) | with_structs(owned, merged.schema);
  remove_fields(pruned.object, all_fields(merged) - kept, merged.schema, Emptied::kNull);
}

}  // namespace

doc::Value prune(doc::Value merged, const Owners& owners, const Owner& last, const Write& write) {
  const auto in_last = converted(as_written(merged, write), last.api_version, write);
  if (!in_last) return merged;
  const FieldSet last_fields = with_structs(last.fields, in_last->schema);
  InVersion working = *in_last;
  InVersion pruned = *in_last;
  remove_fields(pruned.object, last_fields, pruned.schema, Emptied::kNull);
  auto by_version = fields_by_version(owners);
  // The version of the last apply comes first: pruned fields may be what a conversion needs.
  if (auto own = by_version.extract(last.api_version)) add_back_owned(working, pruned, own.key(), own.mapped(), write);
  for (const auto& [version, fields] : by_version) add_back_owned(working, pruned, version, fields, write);
  const auto pruned_in_last = converted(pruned, last.api_version, write);
  if (!pruned_in_last) return merged;
  // Only what the last apply owned may go: the rest is nobody's, or an updater's.
  InVersion result = *in_last;
  const FieldSet gone = (all_fields(*in_last) - all_fields(*pruned_in_last)) & last_fields;
  remove_fields(result.object, gone, result.schema, Emptied::kRemoved);
  auto back = converted(result, write.api_version, write);
  return back ? std::move(back->object) : std::move(merged);
}

void strip_metadata(FieldSet& fields) {
  static const FieldSet kNobodys = {{"apiVersion"},
                                    {"kind"},
                                    {"metadata"},
                                    {"metadata", "name"},
                                    {"metadata", "namespace"},
                                    {"metadata", "creationTimestamp"},
                                    {"metadata", "selfLink"},
                                    {"metadata", "uid"},
                                    {"metadata", "clusterName"},
                                    {"metadata", "generation"},
                                    {"metadata", "managedFields"},
                                    {"metadata", "resourceVersion"}};
  fields = fields - kNobodys;
}

}  // namespace graylane::patch
