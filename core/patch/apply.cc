#include "patch/apply.h"

#include <algorithm>

#include "patch/go_text.h"
#include "patch/last_applied.h"
#include "patch/managed_fields.h"
#include "patch/ownership.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

constexpr std::string_view kScale = "scale";

std::string text_at(const doc::Value& object, std::string_view parent, std::string_view member) {
  const doc::Value* outer = parent.empty() ? &object : object.find(parent);
  const doc::Value* value = outer ? outer->find(member) : nullptr;
  const std::string* text = value ? value->as_string() : nullptr;
  return text ? *text : "";
}

/// "apps/v1, Kind=Deployment", "/v1, Kind=Pod".
std::string type_of(const std::string& api_version, const std::string& kind) {
  const bool has_group = api_version.find('/') != std::string::npos;
  return (has_group ? "" : "/") + api_version + ", Kind=" + kind;
}

const doc::Value* managed_fields_of(const doc::Value& object) {
  const doc::Value* metadata = object.find("metadata");
  return metadata ? metadata->find("managedFields") : nullptr;
}

std::expected<void, Failure> check_config(const doc::Value& config, const Write& write) {
  if (write.manager.empty())
    return refuse(Reason::kInvalid,
                  "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
                  {{"FieldValueRequired", "Required value: is required for apply patch", "fieldManager"}});
  if (!config.is_object())
    return refuse(Reason::kBadRequest,
                  "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
                      std::string(go_json_kind(config)) + " into Go value of type map[string]interface {}");
  const std::string api_version = text_at(config, "", "apiVersion");
  const std::string kind = text_at(config, "", "kind");
  if (api_version != write.api_version || kind != write.kind)
    return refuse(Reason::kBadRequest, "invalid object type: " + type_of(api_version, kind));
  const doc::Value* managed_fields = managed_fields_of(config);
  if (managed_fields && !managed_fields->is_null()) return refuse(Reason::kBadRequest, "metadata.managedFields must be nil");
  if (const auto checked = check_applied(config, write.schema); !checked)
    return refuse(Reason::kBadRequest, "failed to create typed patch object (" + text_at(config, "metadata", "namespace") + "/" +
                                           text_at(config, "metadata", "name") + "; " + type_of(api_version, kind) +
                                           "): " + checked.error());
  return {};
}

Owner owner_of(const Write& write, bool applied) {
  const std::string manager = write.manager.empty() ? "unknown" : write.manager;
  return {manager, applied, write.api_version, write.subresource, write.time, {}};
}

/// Adds what an update changes to the fields of `self`, and takes it from all others.
void track(Owners& owners, Owner self, const doc::Value& before, const doc::Value& after, const Write& write) {
  reconcile_owners(owners, before, write);
  const auto difference = give_way(owners, nullptr, before, after, write, true);
  self.fields = difference->modified | difference->added;
  strip_metadata(self.fields);
  if (self.fields.empty()) return cap_updaters(owners);
  auto known = std::ranges::find_if(owners, [&](const Owner& owner) { return owner.is(self); });
  if (known == owners.end()) {
    if (self.subresource == kScale) self.time.clear();  // as in apply_once()
    owners.push_back(std::move(self));
  } else {
    known->fields = known->fields | self.fields;
    if (self.subresource != kScale) known->time = self.time;
  }
  cap_updaters(owners);
}

struct Applied {
  doc::Value object;
  Owners owners;
};

/// Nothing to prune when every field of the last apply is applied again.
bool drops_fields(const Owner& last, const Owner& self) {
  return last.api_version != self.api_version || !(last.fields - self.fields).empty();
}

std::expected<Applied, Conflicts> apply_once(const doc::Value& live, Owners owners, const doc::Value& config, const Write& write,
                                             bool force) {
  reconcile_owners(owners, live, write);
  Owner self = owner_of(write, true);
  self.fields = fields_of(config, write.schema).without_subtrees(write.reset_fields);
  auto known = std::ranges::find_if(owners, [&](const Owner& owner) { return owner.is(self); });
  const std::optional<Owner> last = known == owners.end() ? std::nullopt : std::optional(*known);
  if (last) *known = self;
  else owners.push_back(self);

  doc::Value object = merge_typed(live, config, write.schema);
  if (last && drops_fields(*last, self)) {
    // Merged again, since a list that lost its last item may be one that is applied as an empty one.
    object = merge_typed(prune(std::move(object), owners, *last, write), config, write.schema);
  }
  if (auto given = give_way(owners, &self, live, object, write, force); !given) return std::unexpected(given.error());
  for (Owner& owner : owners) {
    if (!owner.is(self)) continue;
    strip_metadata(owner.fields);
    // Kubernetes tells no time of who changed nothing yet, or only through /scale.
    if (object == live || write.subresource == kScale) owner.time = last ? last->time : std::string();
  }
  std::erase_if(owners, [](const Owner& owner) { return owner.fields.empty(); });
  cap_updaters(owners);
  return Applied{std::move(object), std::move(owners)};
}

/// Conflicts about other fields than those.
Conflicts without(Conflicts conflicts, const FieldSet& fields) {
  for (Owner& owner : conflicts) owner.fields = owner.fields - fields;
  std::erase_if(conflicts, [](const Owner& owner) { return owner.fields.empty(); });
  return conflicts;
}

std::expected<Applied, Conflicts> apply_as_manager(const doc::Value& live, const Owners& owners, const doc::Value& config,
                                                   const Write& write, bool force) {
  auto applied = apply_once(live, owners, config, write, force);
  if (applied || write.manager != kKubectl) return applied;
  const auto allowed = fields_still_as_last_applied(live, write);
  if (!allowed) return applied;
  Conflicts conflicts = without(applied.error(), *allowed);
  if (!conflicts.empty()) return std::unexpected(std::move(conflicts));
  return apply_once(live, owners, config, write, true);
}

/// Owners that a written object sets itself, or those of the old object.
Owners owners_of_update(const doc::Value* old, const doc::Value& written, const Write& write, bool& reset) {
  Owners before = decode_managed_fields(old ? managed_fields_of(*old) : nullptr).value_or(Owners());
  if (!write.subresource.empty()) return before;
  const doc::Value* found = managed_fields_of(written);
  const doc::Value sent = found ? found->unpacked() : doc::Value();
  const doc::Array* entries = sent.as_array();
  if (!entries) return before;
  const doc::Object* only = entries->size() == 1 ? entries->front().as_object() : nullptr;
  reset = entries->empty() || (only && only->empty());
  if (reset) return {};
  const auto owners = decode_managed_fields(&sent);
  return owners && !owners->empty() ? *owners : before;
}

doc::Value without_owners(doc::Value object) {
  set_managed_fields(object, {});
  return object;
}

}  // namespace

doc::Value track_update(const doc::Value* old, doc::Value written, const Write& write) {
  bool reset = false;
  Owners owners = owners_of_update(old, written, write, reset);
  set_managed_fields(written, {});
  // An object without owners is not tracked until somebody applies it; a new one is, from the beginning.
  if (owners.empty() && (old || reset)) return written;
  const doc::Value before = old ? without_owners(*old) : doc::Value(doc::Object());
  track(owners, owner_of(write, false), before, written, write);
  set_managed_fields(written, std::move(owners));
  return written;
}

Outcome<doc::Value> apply(const doc::Value* live, const doc::Value& config, const Write& write, bool force) {
  if (auto checked = check_config(config, write); !checked) return std::unexpected(std::move(checked.error()));
  auto owners = decode_managed_fields(live ? managed_fields_of(*live) : nullptr);
  if (!owners) return refuse(Reason::kBadRequest, "failed to decode managed fields: " + owners.error().message);
  const doc::Value nothing{doc::Object()};
  const doc::Value before = live ? without_owners(*live) : nothing;
  if (owners->empty() && live) {
    Owner untracked = owner_of(write, false);
    untracked.manager = "before-first-apply";
    track(*owners, std::move(untracked), nothing, before, write);
  }
  auto applied = apply_as_manager(before, *owners, config, write, force);
  if (!applied) return std::unexpected(conflict_failure(applied.error()));
  if (write.manager == kKubectl) update_last_applied(applied->object, config);
  set_managed_fields(applied->object, std::move(applied->owners));
  return std::move(applied->object);
}

namespace {

bool same_but_owners(const doc::Value& a, const doc::Value& b) { return without_owners(a) == without_owners(b); }

}  // namespace

void keep_times_if_unchanged(const doc::Value& old, doc::Value& written) {
  const auto before = decode_managed_fields(managed_fields_of(old));
  auto after = decode_managed_fields(managed_fields_of(written));
  if (!before || !after || before->size() != after->size()) return;
  for (Owner& owner : *after) {
    auto known = std::ranges::find_if(*before, [&](const Owner& o) { return o.is(owner); });
    if (known == before->end() || known->fields != owner.fields || known->api_version != owner.api_version) return;
    owner.time = known->time;
  }
  if (same_but_owners(old, written)) set_managed_fields(written, *std::move(after));
}

FieldSet reset_fields_of(std::string_view kind, std::string_view subresource, bool builtin) {
  if (subresource.empty()) return {{"status"}};
  if (subresource != "status") return {};
  if (!builtin) return {{"metadata"}, {"spec"}};
  if (kind == "Deployment") return {{"spec"}, {"metadata", "labels"}};
  if (kind == "Pod") return {{"spec"}, {"metadata", "deletionTimestamp"}, {"metadata", "ownerReferences"}};
  return {{"spec"}};
}

}  // namespace graylane::patch
