#include "sources/sync_plan.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "api/crd.h"
#include "sources/applied_record.h"
#include "sources/differences.h"
#include "sources/document.h"
#include "sources/others.h"
#include "sources/sync_findings.h"

namespace graylane::sources {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;
using control::Change;

namespace {

std::string random_uuid(std::random_device& random) {
  std::string text;
  for (const int group : {2, 1, 1, 1, 3}) {  // of 16 bits
    if (!text.empty()) text += '-';
    for (int i = 0; i < group; ++i) {
      const unsigned bits = random();
      for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[bits >> shift & 15];
    }
  }
  text[14] = '4';                     // version: random
  text[19] = "89ab"[(text[19] & 3)];  // variant: RFC 4122
  return text;
}

bool is_namespace(const ObjectKey& key) { return key.group.empty() && key.kind == "Namespace"; }

bool is_definition(const ObjectKey& key) { return key.group == api::kCrdGroup && key.kind == api::kCrdKind; }

}  // namespace

class SyncPlanner::Planner {
 public:
  Planner(control::Client& client, const World& world, SettledDocuments& settled)
      : client_(client), world_(world), settled_(settled), now_(world.unix_seconds()) {}

  Result<ServedKinds> definitions(const std::vector<ObjectPtr>& documents, const ServedKinds& before) {
    if (auto ok = read_records(); !ok) return std::unexpected(std::move(ok.error()));
    if (auto ok = read_definitions(before); !ok) return std::unexpected(std::move(ok.error()));
    for (const ObjectPtr& document : documents) {
      if (!is_definition(document->key)) continue;
      if (auto ok = consider(document); !ok) return std::unexpected(std::move(ok.error()));
      serve_what_is_planned();
    }
    if (auto ok = vanish_absent(is_definition); !ok) return std::unexpected(std::move(ok.error()));
    serve_what_is_planned();
    return served_;
  }

  Result<SyncPlan> others(const std::vector<ObjectPtr>& documents) {
    if (auto ok = find_age(documents); !ok) return std::unexpected(std::move(ok.error()));
    for (const ObjectPtr& document : documents) inhabited_.insert(document->key.ns);
    for (const ObjectPtr& document : documents) {
      if (is_definition(document->key)) continue;
      if (auto ok = consider(document); !ok) return std::unexpected(std::move(ok.error()));
    }
    if (auto ok = vanish_absent([](const ObjectKey& key) { return !is_definition(key); }); !ok)
      return std::unexpected(std::move(ok.error()));
    for (const auto& [name, document] : namespaces_) {
      if (auto ok = need_namespace(name, *document); !ok) return std::unexpected(std::move(ok.error()));
    }
    return std::move(plan_);
  }

 private:
  struct Known {
    AppliedRecord record;
    bool is_present = false;  // its document is
    bool waits = false;       // its document is there, and its kind is not served
  };

  Result<void> read_records() {
    auto listing = client_.list(record_selector());
    if (!listing) return std::unexpected(std::move(listing.error()));
    for (const ObjectPtr& object : listing->items) {
      auto record = read_record(*object);
      if (!record) continue;
      ObjectKey key = record->key;
      records_.emplace(std::move(key), Known{*std::move(record)});
    }
    return {};
  }

  Result<void> read_definitions(const ServedKinds& before) {
    auto listing = client_.list({api::kCrdGroup, api::kCrdKind, {}, {}});
    if (!listing) return std::unexpected(std::move(listing.error()));
    for (ObjectPtr& object : listing->items) {
      if (!is_being_deleted(*object)) living_.insert(uid_of(*object));
      definitions_[object->key.name] = std::move(object);
    }
    served_ = before;
    serve();
    return {};
  }

  void serve() {
    std::vector<ObjectPtr> definitions;
    for (const auto& [name, object] : definitions_) definitions.push_back(object);
    served_ = sources::serve(definitions, served_);
  }

  /// Each definition is judged beside those before it.
  void serve_what_is_planned() {
    if (seen_ == plan_.changes.size()) return;
    for (; seen_ < plan_.changes.size(); ++seen_) {
      const Change& change = plan_.changes[seen_];
      if (change.verb == Change::Verb::kRemove) definitions_.erase(change.object.key.name);
      else definitions_[change.object.key.name] = std::make_shared<const Object>(change.object);
    }
    serve();
  }

  Result<void> vanish_absent(bool (*is_meant)(const ObjectKey&)) {
    for (const auto& [key, known] : records_) {
      if (known.is_present || !is_meant(key)) continue;
      if (auto ok = known.waits ? wait_for_kind(known.record) : vanish(known.record); !ok) return ok;
    }
    return {};
  }

  /// Documents that state no time are as old as the directory is in force here, and younger than all that state one, as they are
  /// for commands that know nothing but the directory.
  Result<void> find_age(const std::vector<ObjectPtr>& documents) {
    const auto record = find(age_record_key());
    if (!record) return std::unexpected(record.error());
    const auto known = *record ? read_age_record(**record) : std::nullopt;
    since_ = known.value_or(now_ - 1);  // what is made in the same second by others came later
    for (const ObjectPtr& document : documents) {
      if (document->age.has_timestamp) since_ = std::max(since_, document->age.created_unix_seconds + 1);
    }
    const bool matters = std::ranges::any_of(documents, [](const ObjectPtr& document) { return has_order(*document); });
    if (known == since_ || !matters) return {};
    settled_.clear();
    plan_.records.push_back(Change::apply(age_record(since_)));
    return {};
  }

  /// Null when it is not there.
  Result<ObjectPtr> find(const ObjectKey& key) {
    auto found = client_.get(key);
    if (found || found.error().code != ErrorCode::kNotFound) return found;
    return ObjectPtr();
  }

  Result<void> consider(const ObjectPtr& source) {
    const api::Kind* kind = served_.find(source->gvk);
    if (!kind) return note_waiting(source->key), Result<void>();
    const auto live = find(source->key);
    if (!live) return std::unexpected(live.error());
    const std::string definition = served_.definition_of(*kind);
    Known* known = find_known(source->key);
    if (known) known->is_present = true;
    if (known && was_settled(source, *live, definition)) return {};
    const Document document = *read_document(*source, served_);
    // What went with its kind was deleted by nobody: it comes back with the kind.
    const bool is_known = known && (*live || known->record.uid.empty() || known->record.definition == definition);
    if (!is_known) take(document, definition, *live, nullptr);
    else if (known->record.digest != document.digest) take(document, definition, *live, &known->record);
    else if (*live) keep(source, definition, document, **live);
    else stay_deleted(source, definition, known->record);
    return {};
  }

  void stay_deleted(const ObjectPtr& source, const std::string& definition, const AppliedRecord& record) {
    if (definition.empty() || record.uid.empty()) return settle(source, 0, definition, deleted_by_others(*source));
    plan_.diagnostics.push_back(deleted_by_others(*source));
    plan_.records.push_back(Change::apply(to_object(deleted_by_hand(record))));
  }

  /// Its kind is gone, or goes now; what others had deleted before stays deleted when that comes back.
  Result<void> wait_for_kind(const AppliedRecord& record) {
    if (record.uid.empty()) return {};
    const auto live = find(record.key);
    if (!live) return std::unexpected(live.error());
    if (*live || !living_.contains(record.definition)) return vanish(record);
    plan_.records.push_back(Change::apply(to_object(deleted_by_hand(record))));
    settled_.erase(record.key);
    return {};
  }

  Known* find_known(const ObjectKey& key) {
    const auto at = records_.find(key);
    return at == records_.end() ? nullptr : &at->second;
  }

  /// That its kind is not served was said when it was read; so nobody knows either whether that is in namespaces.
  void note_waiting(ObjectKey key) {
    if (Known* known = find_known(key)) known->waits = true;
    if (key.ns.empty()) key.ns = "default";
    if (Known* known = find_known(key)) known->waits = true;
  }

  bool was_settled(const ObjectPtr& source, const ObjectPtr& live, const std::string& definition) {
    const auto settled = settled_.find(source->key);
    if (settled == settled_.end() || settled->second.document != source || settled->second.definition != definition) return false;
    if (settled->second.live_revision != (live ? live->revision : 0)) return false;
    for (const Diagnostic& diagnostic : settled->second.diagnostics) plan_.diagnostics.push_back(diagnostic);
    return true;
  }

  void settle(const ObjectPtr& source, uint64_t live_revision, const std::string& definition,
              std::optional<Diagnostic> diagnostic) {
    Settled settled{source, live_revision, definition, {}};
    if (diagnostic) settled.diagnostics.push_back(*diagnostic);
    if (diagnostic) plan_.diagnostics.push_back(*std::move(diagnostic));
    settled_.insert_or_assign(source->key, std::move(settled));
  }

  /// A document that is new, or says something else than when it was last applied.
  void take(const Document& document, const std::string& definition, const ObjectPtr& live, const AppliedRecord* record) {
    if (live && is_being_deleted(*live)) {
      plan_.diagnostics.push_back(warning_of(document.object, "being-deleted",
                                             "is being deleted; its document is applied when it is gone",
                                             "wait for it, or take its finalizers away"));
      return;
    }
    auto next = apply(document, live.get(), {now_, world_.new_uid(), since_});
    if (!next) {
      for (Diagnostic& diagnostic : next.error()) plan_.diagnostics.push_back(std::move(diagnostic));
      return;
    }
    const AppliedRecord now{next->key, document.digest, uid_of(*next),
                            !live || (record && record->made && record->uid == uid_of(*live)), definition};
    tell_regained(document, live.get(), record);
    if (!live && !next->key.ns.empty()) namespaces_.emplace(next->key.ns, std::make_shared<const Object>(document.object));
    plan_.changes.push_back(live ? Change::update(*std::move(next)) : Change::create(*std::move(next)));
    if (!record || *record != now) plan_.records.push_back(Change::apply(to_object(now)));
  }

  /// What somebody did by hand ends with the next edit of the document, which may be by somebody else.
  void tell_regained(const Document& document, const Object* live, const AppliedRecord* record) {
    auto regained = live ? find_regained(document, *live) : std::nullopt;
    if (regained) plan_.diagnostics.push_back(*std::move(regained));
    if (live || !record) return;
    plan_.diagnostics.push_back(warning_of(document.object, "override-ended",
                                           "is there again, since its document changed: it was deleted by somebody", {}));
  }

  /// An unchanged document, whose object may have been changed by others.
  void keep(const ObjectPtr& source, const std::string& definition, const Document& document, const Object& live) {
    auto difference = find_differences(document, live);
    auto next = follow(document, live, since_);
    if (!next) return settle(source, live.revision, definition, std::move(difference));
    if (difference) plan_.diagnostics.push_back(*std::move(difference));
    plan_.changes.push_back(Change::update(*std::move(next)));
  }

  /// What the directory did not make: nobody asked for its end.
  Result<std::vector<ObjectPtr>> objects_of_others(const control::Selector& selector) {
    auto listing = client_.list(selector);
    if (!listing) return std::unexpected(std::move(listing.error()));
    std::erase_if(listing->items, [&](const ObjectPtr& object) {
      const Known* known = find_known(object->key);
      return known && known->record.made && known->record.uid == uid_of(*object);
    });
    return std::move(listing->items);
  }

  /// What of others would go with the object. A definition that is being deleted serves no kinds.
  Result<std::vector<ObjectPtr>> find_taken_along(const ObjectKey& key) {
    if (is_namespace(key)) {
      auto others = objects_of_others({"", "", key.name});
      if (others) std::erase_if(*others, [](const ObjectPtr& object) { return is_nobodys_loss(*object); });
      return others;
    }
    const auto defined = is_definition(key) ? served_.definitions.find(key.name) : served_.definitions.end();
    if (defined == served_.definitions.end() || defined->second.kinds->empty()) return std::vector<ObjectPtr>();
    const api::Kind& kind = defined->second.kinds->front();
    return objects_of_others({kind.storage_group, kind.gvk.kind, {}, {}});
  }

  /// False: it stays, for now, with its record.
  Result<bool> may_go(const ObjectKey& key) {
    const auto others = find_taken_along(key);
    if (!others) return std::unexpected(others.error());
    if (others->empty()) return true;
    plan_.diagnostics.push_back(is_namespace(key) ? kept_namespace(key, *others) : kept_definition(key, *others));
    return false;
  }

  /// What its document made goes with it; but a namespace would take along what other documents still define.
  Result<void> vanish(const AppliedRecord& record) {
    const auto live = find(record.key);
    if (!live) return std::unexpected(live.error());
    const bool is_its = *live && uid_of(**live) == record.uid;
    const bool is_needed = is_namespace(record.key) && inhabited_.contains(record.key.name);
    const bool goes = is_its && record.made && !is_needed;
    auto change = goes ? deletion(**live, served_, now_) : std::nullopt;
    const auto may = change ? may_go(record.key) : true;
    if (!may) return std::unexpected(may.error());
    if (!*may) return {};
    plan_.records.push_back(Change::remove(record_key(record.key)));
    settled_.erase(record.key);
    if (is_its && is_needed) plan_.diagnostics.push_back(kept_namespace(record.key));
    if (is_its && !goes) plan_.changes.push_back(Change::update(released(**live)));
    if (!change) return {};
    plan_.changes.push_back(*std::move(change));
    if (!records_.at(record.key).waits) plan_.deleted.push_back(record.key);
    return {};
  }

  /// For an object that is made in it.
  Result<void> need_namespace(const std::string& name, const Object& document) {
    const ObjectKey key{"", "Namespace", "", name};
    const bool is_made = std::ranges::any_of(plan_.changes, [&](const Change& change) { return change.object.key == key; });
    if (is_made) return {};
    const auto live = find(key);
    if (!live) return std::unexpected(live.error());
    if (*live && is_being_deleted(**live)) {
      plan_.diagnostics.push_back(warning_of(document, "namespace-terminating", "cannot be made: its namespace is being deleted",
                                             "wait until the namespace is gone: the directory is tried again then"));
      plan_.diagnostics.back().severity = Severity::kError;
    }
    if (*live) return {};
    auto made = make_namespace(name, {now_, world_.new_uid(), since_});
    if (!made) {
      for (Diagnostic& diagnostic : made.error()) plan_.diagnostics.push_back(std::move(diagnostic));
      return {};
    }
    plan_.changes.push_back(Change::create(*std::move(made)));
    if (name == "default") return {};
    plan_.diagnostics.push_back(warning_of(document, "namespace-made", "is in a namespace that was not there: it was made",
                                           "a cluster refuses that: add a document of kind Namespace"));
    plan_.diagnostics.back().severity = Severity::kInfo;
    return {};
  }

  control::Client& client_;
  const World& world_;
  SettledDocuments& settled_;
  const int64_t now_;
  int64_t since_ = 0;                             // the directory is in force here
  std::map<std::string, ObjectPtr> definitions_;  // by name, as they will be
  std::set<std::string> living_;                  // uids of those that are there and not being deleted
  ServedKinds served_;                            // by them
  size_t seen_ = 0;                               // of the plan's changes, in `definitions_`
  std::map<ObjectKey, Known> records_;
  std::set<std::string> inhabited_;              // namespaces that documents name
  std::map<std::string, ObjectPtr> namespaces_;  // that objects are made in, and one of their documents
  SyncPlan plan_;
};

SyncPlanner::SyncPlanner(control::Client& client, const World& world, SettledDocuments& settled)
    : planner_(std::make_unique<Planner>(client, world, settled)) {}
SyncPlanner::~SyncPlanner() = default;

Result<ServedKinds> SyncPlanner::plan_definitions(const std::vector<ObjectPtr>& documents, const ServedKinds& before) {
  return planner_->definitions(documents, before);
}

Result<SyncPlan> SyncPlanner::plan(const std::vector<ObjectPtr>& documents) { return planner_->others(documents); }

std::optional<Diagnostic> compare(const Object& source, const Object* live, const ServedKinds& served) {
  const auto document = read_document(source, served);
  if (!document) return std::nullopt;
  return live ? find_differences(*document, *live) : deleted_by_others(source);
}

World real_world() {
  auto random = std::make_shared<std::random_device>();
  return {[] { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); },
          [random] { return random_uuid(*random); }};
}

}  // namespace graylane::sources
