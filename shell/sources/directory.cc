#include "sources/directory.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

#include "api/manifest.h"
#include "api/text_rules.h"

namespace graylane::sources {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;
using control::Change;

namespace {

constexpr int kOrderBits = 20;  // of Age::order for the object's index in its file
static_assert(api::ManifestOptions{}.objects_max <= size_t{1} << kOrderBits);
constexpr int kWriteAttempts = 3;
constexpr const char* kCreated = "creationTimestamp";

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

// What files do not say: a status belongs to controllers, and an object was created when it was first written. (Its Age stays
// that of the file: who is older must follow from the directory alone.)
Object as_stored(Object object, const Object* stored, std::string_view now) {
  doc::Object& content = *object.content.as_object();
  const doc::Value* status = stored != nullptr ? stored->find("status") : nullptr;
  if (status != nullptr && object.find("status") == nullptr) content.set("status", *status);
  doc::Value* metadata = content.find("metadata");
  if (metadata == nullptr || !metadata->is_object()) return object;
  if (const doc::Value* own = metadata->find(kCreated); own != nullptr && own->is_string()) return object;
  const doc::Value* before = stored != nullptr ? stored->find("metadata") : nullptr;
  const doc::Value* created = before != nullptr ? before->find(kCreated) : nullptr;
  metadata->as_object()->set(kCreated, created != nullptr ? *created : doc::Value(now));
  return object;
}

uint64_t first_order(size_t file_index) { return uint64_t{file_index} << kOrderBits; }

// For a file whose index may have changed. Objects that have their order already stay the same ones.
void renumber(std::vector<ObjectPtr>& objects, size_t file_index) {
  uint64_t order = first_order(file_index);
  for (ObjectPtr& object : objects) {
    if (object->age.order != order) {
      auto renumbered = std::make_shared<Object>(*object);
      renumbered->age.order = order;
      object = std::move(renumbered);
    }
    ++order;
  }
}

}  // namespace

DirectorySource::DirectorySource(std::string path, DirectoryOptions options)
    : path_(std::move(path)), options_(std::move(options)) {}

Result<Scan> DirectorySource::scan() {
  auto found = find_manifest_files(path_, options_);
  if (!found) return std::unexpected(std::move(found.error()));
  Scan scan;
  scan.diagnostics = std::move(found->diagnostics);
  std::map<std::string, KnownFile> known;
  for (const ManifestFile& file : found->files) {
    auto node = known_.extract(file.path);
    const bool is_known = !node.empty() && node.mapped().settled && node.mapped().stamp == file.stamp;
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
  api::Manifest manifest = api::read_manifest(text->text, name);
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
    object.age.order = order++;
    known.objects.push_back(std::make_shared<const Object>(std::move(object)));
  }
  return known;
}

Result<Synced> DirectorySource::sync(control::Client& client, const Check& check) {
  auto scan = this->scan();
  if (!scan) return std::unexpected(std::move(scan.error()));
  Synced synced{false, 0, scan->objects.size(), std::move(scan->diagnostics)};
  if (has_errors(synced.diagnostics)) return synced;
  if (check) {
    const auto plan = this->plan(client, *scan);
    const auto good = plan ? check(plan->changes) : Result<bool>(std::unexpected(plan.error()));
    if (!good) return std::unexpected(good.error());
    if (!*good) return synced;
  }
  const auto revision = write(client, *scan);
  if (!revision) return std::unexpected(revision.error());
  synced.in_force = true;
  synced.revision = *revision;
  return synced;
}

Result<uint64_t> DirectorySource::write(control::Client& client, const Scan& scan) {
  for (int attempt = 1;; ++attempt) {
    auto plan = this->plan(client, scan);
    if (!plan) return std::unexpected(std::move(plan.error()));
    auto written = client.write(std::move(plan->changes));
    if (written) {
      const uint64_t revision = written->revision;
      remember(scan, *plan, std::move(*written));
      return revision;
    }
    // Somebody else deleted an object between the plan and the write.
    const bool is_race = written.error().code == ErrorCode::kNotFound;
    if (!is_race || attempt == kWriteAttempts) return std::unexpected(std::move(written.error()));
  }
}

Result<DirectorySource::Plan> DirectorySource::plan(control::Client& client, const Scan& scan) const {
  Plan plan;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string now = api::format_time(seconds.time_since_epoch().count());
  std::set<ObjectKey> present;
  for (const ObjectPtr& object : scan.objects) {
    present.insert(object->key);
    auto stored = client.get(object->key);
    if (!stored && stored.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(stored.error()));
    if (stored && is_in_force(object, *stored)) continue;
    plan.changes.push_back(Change::apply(as_stored(*object, stored ? stored->get() : nullptr, now)));
    plan.applied.push_back(object);
  }
  for (const auto& [key, own] : own_) {
    if (present.contains(key)) continue;
    const auto stored = client.get(key);
    if (stored) plan.changes.push_back(Change::remove(key));
    if (!stored && stored.error().code != ErrorCode::kNotFound) return std::unexpected(stored.error());
  }
  return plan;
}

// Whether the store still has what this source wrote for that very object; spares copying and comparing it.
bool DirectorySource::is_in_force(const ObjectPtr& object, const ObjectPtr& stored) const {
  const auto own = own_.find(object->key);
  return own != own_.end() && own->second.scanned == object && stored->revision == own->second.stored->revision;
}

void DirectorySource::remember(const Scan& scan, const Plan& plan, control::Written written) {
  for (size_t i = 0; i < plan.applied.size(); ++i) {
    own_[plan.applied[i]->key] = {plan.applied[i], std::move(written.objects[i])};
  }
  std::set<ObjectKey> present;
  for (const ObjectPtr& object : scan.objects) present.insert(object->key);
  std::erase_if(own_, [&](const auto& own) { return !present.contains(own.first); });
}

}  // namespace graylane::sources
