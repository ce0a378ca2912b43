#include "store/draft.h"

#include <algorithm>

#include "control/plain_change.h"
#include "store/footprint.h"
#include "store/same_object.h"

namespace graylane::store {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;
using control::Change;
using control::EventType;
using control::Written;

namespace {

std::unexpected<Error> fail_at(const Object& object, ErrorCode code, std::string what, std::string fix) {
  return fail(code, object.key.to_string() + " " + std::move(what), object.at(object.content.at()), std::move(fix));
}

Result<void> check_revision(const Object& wanted, const Object& stored) {
  if (wanted.revision == 0 || wanted.revision == stored.revision) return {};
  return fail_at(wanted, ErrorCode::kConflict,
                 "was changed meanwhile: revision " + std::to_string(wanted.revision) + " was expected, " +
                     std::to_string(stored.revision) + " is stored",
                 "read it again and repeat the change");
}

Result<void> check_keys(const std::vector<Change>& changes) {
  std::vector<const Object*> objects;
  for (const Change& change : changes) {
    if (change.object.key.name.empty() || change.object.key.kind.empty()) {
      return fail(ErrorCode::kInvalid, "an object without a kind or a name cannot be stored",
                  change.object.at(change.object.content.at()), "set kind and metadata.name");
    }
    objects.push_back(&change.object);
  }
  const auto key = [](const Object* object) -> const ObjectKey& { return object->key; };
  std::ranges::sort(objects, {}, key);
  const auto twice = std::ranges::adjacent_find(objects, {}, key);
  if (twice == objects.end()) return {};
  return fail_at(**twice, ErrorCode::kInvalid, "is changed twice in one batch", "write it once");
}

bool has_state(const Change& change) { return control::is_plain(change) && change.verb != Change::Verb::kRemove; }

Result<void> prepare_state(Change& change, Result<void> (*check)(const api::Object&)) {
  if (auto ok = check ? check(change.object) : Result<void>(); !ok) return ok;
  api::pack_managed_fields(change.object.content);
  // A copy has no spare capacity, which parsers leave: up to half of what an object takes.
  change.object.content = doc::Value(std::as_const(change.object.content));
  return {};
}

}  // namespace

Result<void> prepare(std::vector<Change>& changes, Result<void> (*check)(const api::Object&)) {
  if (auto ok = check_keys(changes); !ok) return ok;
  for (Change& change : changes) {
    if (!has_state(change)) continue;
    if (auto ok = prepare_state(change, check); !ok) return ok;
  }
  return {};
}

Result<void> Draft::make_plain(std::vector<Change>& changes) const {
  for (Change& change : changes) {
    if (control::is_plain(change)) continue;
    const ObjectPtr live = objects_.find(change.object.key);
    auto plain = control::to_plain(std::move(change), live.get());
    if (!plain) return std::unexpected(std::move(plain.error()));
    change = *std::move(plain);
    if (auto ok = has_state(change) ? prepare_state(change, rules_.check) : Result<void>(); !ok) return ok;
  }
  return {};
}

Result<Written> Draft::stage(std::vector<Change> changes) {
  if (auto ok = make_plain(changes); !ok) return std::unexpected(std::move(ok.error()));
  auto effects = effects_of(changes);
  if (!effects) return std::unexpected(std::move(effects.error()));
  Written written{{}, revision_};
  const bool changes_something = std::ranges::any_of(*effects, [](Effect effect) { return effect != Effect::kNone; });
  if (changes_something) written.revision = ++revision_;
  for (size_t i = 0; i < changes.size(); ++i) {
    if ((*effects)[i] == Effect::kNone) {
      written.objects.push_back(objects_.find(changes[i].object.key));
    } else {
      events_.push_back(carry_out(changes[i], (*effects)[i], revision_));
      written.objects.push_back(events_.back().event.object);
    }
  }
  return written;
}

Result<std::vector<Draft::Effect>> Draft::effects_of(const std::vector<Change>& changes) const {
  std::vector<Effect> effects;
  size_t added = 0;
  for (const Change& change : changes) {
    const auto effect = effect_of(change);
    if (!effect) return std::unexpected(effect.error());
    if (*effect == Effect::kAdd) ++added;
    if (added != 0 && objects_.size() + added > rules_.objects_max) {
      return fail_at(change.object, ErrorCode::kLimit,
                     "cannot be added: the store holds at most " + std::to_string(rules_.objects_max) + " objects",
                     "delete objects that are no longer needed");
    }
    effects.push_back(*effect);
  }
  return effects;
}

Result<Draft::Effect> Draft::effect_of(const Change& change) const {
  const ObjectPtr present = objects_.find(change.object.key);
  const bool removes = change.verb == Change::Verb::kRemove;
  if (change.verb == Change::Verb::kCreate && present) {
    return fail_at(change.object, ErrorCode::kAlreadyExists, "exists already", "update it or choose another name");
  }
  if (change.verb == Change::Verb::kUpdate || removes) {
    if (!present) return fail_at(change.object, ErrorCode::kNotFound, "does not exist", "");
    if (auto ok = check_revision(change.object, *present); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (removes) return Effect::kDelete;
  if (!present) return Effect::kAdd;
  return same_object(change.object, *present) ? Effect::kNone : Effect::kReplace;
}

Past Draft::carry_out(Change& change, Effect effect, uint64_t revision) {
  if (effect == Effect::kDelete) {
    ObjectPtr last = objects_.erase(change.object.key);
    const int64_t row = stored(last).row != 0 ? ++row_ : 0;
    return {{EventType::kDeleted, last, revision, true, last}, row};
  }
  Stored next{std::move(change.object)};
  next.revision = revision;
  next.bytes = footprint(next);
  const ObjectPtr present = effect == Effect::kReplace ? objects_.find(next.key) : nullptr;
  const bool has_row = present ? stored(present).row != 0 : rules_.has_row && rules_.has_row(next);
  if (has_row) next.row = ++row_;
  const int64_t row = next.row;
  const ObjectPtr object = std::make_shared<const Stored>(std::move(next));
  ObjectPtr previous = objects_.put(object);
  return {{previous ? EventType::kModified : EventType::kAdded, object, revision, true, std::move(previous)}, row};
}

}  // namespace graylane::store
