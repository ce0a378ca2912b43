#include "sources/directory.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "api/crd.h"
#include "api/manifest.h"
#include "sources/api_findings.h"
#include "sources/applied_directory.h"
#include "sources/applied_record.h"
#include "sources/document.h"

namespace graylane::sources {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;

namespace {

constexpr int kOrderBits = 20;  // of Age::order for the object's index in its file
static_assert(api::ManifestOptions{}.objects_max <= size_t{1} << kOrderBits);
constexpr int kWriteAttempts = 16;  // each lost to somebody who was quicker

Diagnostic error_report(std::string id, Location where, std::string message, std::string fix) {
  return {Severity::kError, std::move(id), {}, {}, std::move(message), std::move(fix), std::move(where), {}};
}

Diagnostic report(const Error& error) {
  return error_report(error.code == ErrorCode::kLimit ? "file-too-large" : "file-unreadable", error.where, error.what, error.fix);
}

Location location_of(const Object& object) { return object.at(object.content.at()); }

Diagnostic defined_twice(const Object& first, const Object& second) {
  Diagnostic diagnostic =
      error_report("duplicate-object", location_of(second),
                   second.key.to_string() + " is defined twice: here and at " + location_of(first).to_string(),
                   "remove one of the two or give it another name");
  diagnostic.object = second.key.to_string();
  return diagnostic;
}

void report_duplicates(const std::vector<ObjectPtr>& objects, Diagnostics& diagnostics) {
  std::map<ObjectKey, ObjectPtr> first;
  for (const ObjectPtr& object : objects) {
    const auto [known, is_new] = first.emplace(object->key, object);
    if (!is_new) diagnostics.push_back(defined_twice(*known->second, *object));
  }
}

/// To lint such a document is kept; here it waits.
void tell_unknown_kinds(Diagnostics& diagnostics) {
  for (Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.id != "unknown-kind") continue;
    diagnostic.severity = Severity::kWarning;
    diagnostic.message = diagnostic.object + " is not in force: its kind is not known here";
    if (diagnostic.fix.empty())
      diagnostic.fix = "add the CustomResourceDefinition of its kind, here or by kubectl: it is applied as soon as that is there";
  }
}

const ObjectKey& key_of(const ObjectPtr& object) { return object->key; }

uint64_t first_order(size_t file_index) { return uint64_t{file_index} << kOrderBits; }

/// Somebody else wrote one of the objects between the plan and the write.
bool lost_race(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kConflict || error.code == ErrorCode::kAlreadyExists;
}

// For a file whose index may have changed. Objects that have their order already stay the same ones.
void renumber(std::vector<ObjectPtr>& objects, size_t file_index) {
  uint64_t order = first_order(file_index);
  for (ObjectPtr& object : objects) {
    if (!object->age.has_timestamp && object->age.order != order) {
      auto renumbered = std::make_shared<Object>(*object);
      renumbered->age.order = order;
      object = std::move(renumbered);
    }
    ++order;
  }
}

}  // namespace

DirectorySource::DirectorySource(std::string path, DirectoryOptions options, World world)
    : path_(std::move(path)), options_(std::move(options)), world_(std::move(world)) {}

Result<Scan> DirectorySource::scan() {
  auto scan = read_all(kinds_);
  if (!scan) return scan;
  std::map<std::string, ObjectPtr> first;
  for (const ObjectPtr& object : scan->objects) {
    if (api::is_crd(object->gvk) && kinds_.find(object->gvk)) first.emplace(object->key.name, object);
  }
  std::vector<ObjectPtr> definitions;
  for (const auto& [name, object] : first) definitions.push_back(object);
  const ServedKinds kinds = serve(definitions, kinds_);
  return kinds.strict == scan->kinds.strict ? scan : read_all(kinds);
}

bool DirectorySource::is_known(const KnownFile& known, const ManifestFile& file) const {
  return known.settled && known.stamp == file.stamp && (!known.has_custom || known.kinds == kinds_.strict);
}

Result<Scan> DirectorySource::read_all(const ServedKinds& kinds) {
  kinds_ = kinds;
  auto found = find_manifest_files(path_, options_);
  is_readable_ = found.has_value();
  if (!found) return std::unexpected(std::move(found.error()));
  Scan scan;
  scan.kinds = kinds;
  scan.diagnostics = std::move(found->diagnostics);
  std::map<std::string, KnownFile> known;
  for (const ManifestFile& file : found->files) {
    auto node = known_.extract(file.path);
    const bool is_known = !node.empty() && this->is_known(node.mapped(), file);
    KnownFile content = is_known ? std::move(node.mapped()) : read(file, scan.files);
    if (is_known) renumber(content.objects, scan.files);
    ++scan.files;
    if (!is_known) ++scan.files_read;
    std::ranges::copy(content.objects, std::back_inserter(scan.objects));
    std::ranges::copy(content.diagnostics, std::back_inserter(scan.diagnostics));
    known.emplace(file.path, std::move(content));
  }
  known_ = std::move(known);
  report_duplicates(scan.objects, scan.diagnostics);
  return scan;
}

DirectorySource::KnownFile DirectorySource::read(const ManifestFile& file, size_t file_index) const {
  const auto now = std::chrono::system_clock::now();
  KnownFile known;
  auto text = read_file(file.path, options_.limits.file_bytes_max, !file.regular);
  if (!text) {
    known.diagnostics.push_back(report(text.error()));
    return known;
  }
  known.stamp = text->stamp;
  known.settled = file.regular && text->stamp.settled(now, options_.settle);
  const auto name = std::make_shared<const std::string>(file.path);
  api::Manifest manifest = api::read_manifest(text->text, name, api::ManifestOptions{kinds_.strict.get(), {}});
  add_api_findings(manifest, *kinds_.strict);
  const auto is_custom = [](const ObjectKey& key) { return !ServedKinds::is_builtin(key); };
  known.has_custom =
      std::ranges::any_of(manifest.objects, is_custom, &Object::key) || std::ranges::any_of(manifest.refused, is_custom);
  known.kinds = kinds_.strict;
  known.diagnostics = std::move(manifest.diagnostics);
  if (text->text.empty()) {
    known.diagnostics.push_back({Severity::kWarning,
                                 "file-empty",
                                 {},
                                 {},
                                 "the file is empty: it defines nothing",
                                 "write it, or delete it",
                                 {name, {}},
                                 {}});
  }
  uint64_t order = first_order(file_index);
  for (Object& object : manifest.objects) {
    object.age.order = object.age.has_timestamp ? 0 : order;
    ++order;
    known.objects.push_back(std::make_shared<const Object>(std::move(object)));
  }
  return known;
}

Result<void> DirectorySource::remember_directory(control::Client& client, const Scan& scan,
                                                 std::vector<control::Change>& records) const {
  api::Object now = directory_record(full_path(path_));
  const auto known = client.get(now.key);
  if (!known && known.error().code != ErrorCode::kNotFound) return std::unexpected(known.error());
  const bool is_known = known && (*known)->content == now.content;
  if (!is_known && !scan.objects.empty()) records.push_back(control::Change::apply(std::move(now)));
  return {};
}

Result<Synced> DirectorySource::sync(control::Client& client, const Check& check) {
  auto scan = read_all(kinds_);
  if (!scan) return std::unexpected(std::move(scan.error()));
  if (std::exchange(client_, &client) != &client) settled_.clear();
  for (int attempt = 1;; ++attempt) {
    SyncPlanner planner(client, world_, settled_);
    const auto kinds = planner.plan_definitions(scan->objects, kinds_);
    if (!kinds) return std::unexpected(kinds.error());
    if (kinds->strict != scan->kinds.strict) scan = read_all(*kinds);
    if (!scan) return std::unexpected(std::move(scan.error()));
    kinds_ = *kinds;
    Synced synced{false, 0, scan->objects.size(), scan->diagnostics};
    if (has_errors(synced.diagnostics)) return synced;
    tell_unknown_kinds(synced.diagnostics);
    auto plan = planner.plan(scan->objects);
    if (!plan) return std::unexpected(std::move(plan.error()));
    std::ranges::move(plan->diagnostics, std::back_inserter(synced.diagnostics));
    if (has_errors(synced.diagnostics)) return synced;
    const auto good = check ? check(plan->changes) : Result<bool>(true);
    if (!good) return std::unexpected(good.error());
    if (!*good) return synced;
    if (auto ok = remember_directory(client, *scan, plan->records); !ok) return std::unexpected(std::move(ok.error()));
    std::ranges::move(plan->records, std::back_inserter(plan->changes));
    const auto written = client.write(std::move(plan->changes));
    if (written) {
      synced.in_force = true;
      synced.revision = written->revision;
      synced.deleted = std::move(plan->deleted);
      in_force_ = std::move(scan->objects);
      std::ranges::sort(in_force_, {}, &key_of);
      in_force_kinds_ = kinds_;
      return synced;
    }
    if (!lost_race(written.error()) || attempt == kWriteAttempts) return std::unexpected(written.error());
  }
}

const Object* DirectorySource::find_in_force(const ObjectKey& key) const {
  const auto found = std::ranges::lower_bound(in_force_, key, {}, &key_of);
  return found == in_force_.end() || (*found)->key != key ? nullptr : found->get();
}

Result<std::optional<Diagnostic>> DirectorySource::look_at(control::Client& client, const ObjectKey& key) const {
  const Object* document = find_in_force(key);
  if (!document) return std::nullopt;
  const auto live = client.get(key);
  if (!live && live.error().code != ErrorCode::kNotFound) return std::unexpected(live.error());
  if (!live) {
    if (auto ok = remember_deleted(client, *document); !ok) return std::unexpected(std::move(ok.error()));
  }
  return sources::compare(*document, live ? live->get() : nullptr, in_force_kinds_);
}

/// What went with its kind was deleted by nobody.
Result<void> DirectorySource::remember_deleted(control::Client& client, const Object& document) const {
  const api::Kind* kind = in_force_kinds_.find(document.gvk);
  if (!kind || !kind->custom) return {};
  const auto definition = client.get({api::kCrdGroup, api::kCrdKind, "", kind->custom->definition});
  const auto object = client.get(record_key(document.key));
  const auto record = object ? read_record(**object) : std::nullopt;
  const bool is_known = record && !record->uid.empty();
  if (!is_known || !definition || is_being_deleted(**definition) || uid_of(**definition) != record->definition) return {};
  auto written = client.write({control::Change::apply(to_object(deleted_by_hand(*record)))});
  if (!written) return std::unexpected(std::move(written.error()));
  return {};
}

}  // namespace graylane::sources
