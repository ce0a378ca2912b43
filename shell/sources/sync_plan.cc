#include "sources/sync_plan.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "sources/applied_record.h"
#include "sources/differences.h"
#include "sources/document.h"

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

class Planner {
 public:
  Planner(control::Client& client, const World& world, SettledDocuments& settled)
      : client_(client), world_(world), settled_(settled), now_(world.unix_seconds()) {}

  Result<SyncPlan> make(const std::vector<ObjectPtr>& documents) {
    if (auto ok = read_records(); !ok) return std::unexpected(std::move(ok.error()));
    if (auto ok = find_age(documents); !ok) return std::unexpected(std::move(ok.error()));
    for (const ObjectPtr& document : documents) {
      if (auto ok = consider(document); !ok) return std::unexpected(std::move(ok.error()));
    }
    for (const auto& [key, known] : records_) {
      if (known.is_present) continue;
      if (auto ok = vanish(known.record); !ok) return std::unexpected(std::move(ok.error()));
    }
    for (const auto& [name, document] : namespaces_) {
      if (auto ok = need_namespace(name, *document); !ok) return std::unexpected(std::move(ok.error()));
    }
    return std::move(plan_);
  }

 private:
  struct Known {
    AppliedRecord record;
    bool is_present = false;  // its document is
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
    const auto live = find(source->key);
    if (!live) return std::unexpected(live.error());
    const auto at = records_.find(source->key);
    Known* known = at == records_.end() ? nullptr : &at->second;
    if (known) known->is_present = true;
    if (known && was_settled(source, *live)) return {};
    const Document document = read_document(*source);
    if (!known || known->record.digest != document.digest) take(document, *live, known ? &known->record : nullptr);
    else if (*live) keep(source, document, **live);
    else stay_away(source);
    return {};
  }

  bool was_settled(const ObjectPtr& source, const ObjectPtr& live) {
    const auto settled = settled_.find(source->key);
    if (settled == settled_.end() || settled->second.document != source) return false;
    if (settled->second.live_revision != (live ? live->revision : 0)) return false;
    for (const Diagnostic& diagnostic : settled->second.diagnostics) plan_.diagnostics.push_back(diagnostic);
    return true;
  }

  void settle(const ObjectPtr& source, uint64_t live_revision, std::optional<Diagnostic> diagnostic) {
    Settled settled{source, live_revision, {}};
    if (diagnostic) settled.diagnostics.push_back(*diagnostic);
    if (diagnostic) plan_.diagnostics.push_back(*std::move(diagnostic));
    settled_.insert_or_assign(source->key, std::move(settled));
  }

  /// A document that is new, or says something else than when it was last applied.
  void take(const Document& document, const ObjectPtr& live, const AppliedRecord* record) {
    if (live && is_being_deleted(*live)) {
      return warn(document.object, "being-deleted", "is being deleted; its document is applied when it is gone",
                  "wait for it, or take its finalizers away");
    }
    auto next = apply(document, live.get(), {now_, world_.new_uid(), since_});
    if (!next) {
      for (Diagnostic& diagnostic : next.error()) plan_.diagnostics.push_back(std::move(diagnostic));
      return;
    }
    const AppliedRecord now{next->key, document.digest, uid_of(*next),
                            !live || (record && record->made && record->uid == uid_of(*live))};
    if (!live && !next->key.ns.empty()) namespaces_.emplace(next->key.ns, std::make_shared<const Object>(document.object));
    plan_.changes.push_back(live ? Change::update(*std::move(next)) : Change::create(*std::move(next)));
    if (!record || *record != now) plan_.records.push_back(Change::apply(to_object(now)));
  }

  /// An unchanged document, whose object may have been changed by others.
  void keep(const ObjectPtr& source, const Document& document, const Object& live) {
    auto difference = find_differences(document, live);
    auto next = follow(document, live, since_);
    if (!next) return settle(source, live.revision, std::move(difference));
    if (difference) plan_.diagnostics.push_back(*std::move(difference));
    plan_.changes.push_back(Change::update(*std::move(next)));
  }

  void stay_away(const ObjectPtr& source) {
    settle(source, 0,
           warning(*source, "deleted-by-others", "was deleted by somebody; it stays so until its document changes",
                   "change the document, or delete it too"));
  }

  /// What its document made goes with it.
  Result<void> vanish(const AppliedRecord& record) {
    const auto live = find(record.key);
    if (!live) return std::unexpected(live.error());
    plan_.records.push_back(Change::remove(record_key(record.key)));
    settled_.erase(record.key);
    if (!*live || uid_of(**live) != record.uid) return {};
    if (record.made) {
      if (auto change = deletion(**live, now_)) plan_.changes.push_back(*std::move(change));
    } else {
      plan_.changes.push_back(Change::update(released(**live)));
    }
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
      plan_.diagnostics.push_back(warning(document, "namespace-terminating", "cannot be made: its namespace is being deleted",
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
    plan_.diagnostics.push_back(warning(document, "namespace-made", "is in a namespace that was not there: it was made",
                                        "a cluster refuses that: add a document of kind Namespace"));
    plan_.diagnostics.back().severity = Severity::kInfo;
    return {};
  }

  static Diagnostic warning(const Object& document, std::string id, const std::string& what, std::string fix) {
    const std::string name = document.key.to_string();
    return {
        Severity::kWarning, std::move(id), name, {}, name + " " + what, std::move(fix), document.at(document.content.at()), {}};
  }
  void warn(const Object& document, std::string id, const std::string& what, std::string fix) {
    plan_.diagnostics.push_back(warning(document, std::move(id), what, std::move(fix)));
  }

  control::Client& client_;
  const World& world_;
  SettledDocuments& settled_;
  const int64_t now_;
  int64_t since_ = 0;  // the directory is in force here
  std::map<ObjectKey, Known> records_;
  std::map<std::string, ObjectPtr> namespaces_;  // that objects are made in, and one of their documents
  SyncPlan plan_;
};

}  // namespace

World real_world() {
  auto random = std::make_shared<std::random_device>();
  return {[] { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); },
          [random] { return random_uuid(*random); }};
}

Result<SyncPlan> plan_sync(control::Client& client, const std::vector<ObjectPtr>& documents, const World& world,
                           SettledDocuments& settled) {
  return Planner(client, world, settled).make(documents);
}

}  // namespace graylane::sources
