#include "daemon/offline.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "api/manifest.h"
#include "control/route_feed.h"
#include "daemon/images.h"
#include "sources/api_findings.h"
#include "sources/directory.h"
#include "sources/file_read.h"
#include "store/memory_store.h"

namespace graylane::daemon {

namespace {

Result<void> fill(control::Client& store, const std::vector<api::ObjectPtr>& objects) {
  std::set<api::ObjectKey> seen;
  std::vector<control::Change> changes;
  for (const api::ObjectPtr& object : objects) {
    if (seen.insert(object->key).second) changes.push_back(control::Change::apply(*object));
  }
  auto written = store.write(std::move(changes));
  if (!written) return std::unexpected(std::move(written.error()));
  return {};
}

Location location_of(const api::Object& object) { return object.at(object.content.at()); }

Diagnostic defined_twice(const api::Object& first, const api::Object& second) {
  const std::string name = second.key.to_string();
  return {Severity::kError,
          "duplicate-object",
          name,
          {},
          name + " is defined twice: here and at " + location_of(first).to_string(),
          "remove one of the two or give it another name",
          location_of(second),
          {}};
}

}  // namespace

Result<Offline> Offline::open(const std::string& path) {
  auto scan = sources::DirectorySource(path).scan();
  if (!scan) return std::unexpected(std::move(scan.error()));
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) read_images(path, scan->diagnostics);
  return Offline(std::move(scan->objects), std::move(scan->diagnostics), scan->kinds.strict);
}

Result<Routed> Offline::route(ingress_nginx::Options options) const {
  store::MemoryStore store;
  if (auto filled = fill(store, objects_); !filled) return std::unexpected(std::move(filled.error()));
  control::RouteFeed feed(store, std::move(options));
  auto table = feed.poll();
  if (!table) return std::unexpected(std::move(table.error()));
  return Routed{*table, feed.diagnostics()};
}

void Offline::substitute(const std::string& file, std::string_view text) {
  const auto in_file = [&](const FileName& name) { return name && *name == file; };
  std::erase_if(objects_, [&](const api::ObjectPtr& object) { return in_file(object->file); });
  std::erase_if(reading_, [&](const Diagnostic& diagnostic) { return in_file(diagnostic.where.file); });
  api::Manifest manifest = api::read_manifest(text, std::make_shared<const std::string>(file), {kinds_.get(), {}});
  sources::add_api_findings(manifest, kinds_ ? *kinds_ : api::builtin_kinds());
  for (api::Object& object : manifest.objects) objects_.push_back(std::make_shared<const api::Object>(std::move(object)));
  std::ranges::move(manifest.diagnostics, std::back_inserter(reading_));
  renumber();
  report_duplicates();
}

void Offline::report_duplicates() {
  std::erase_if(reading_, [](const Diagnostic& diagnostic) { return diagnostic.id == "duplicate-object"; });
  std::map<api::ObjectKey, api::ObjectPtr> first;
  for (const api::ObjectPtr& object : objects_) {
    const auto [known, is_new] = first.emplace(object->key, object);
    if (!is_new) reading_.push_back(defined_twice(*known->second, *object));
  }
}

void Offline::renumber() {
  std::ranges::stable_sort(objects_, {}, [](const api::ObjectPtr& object) { return std::string_view(*object->file); });
  uint64_t order = 0;
  for (api::ObjectPtr& object : objects_) {
    if (!object->age.has_timestamp && object->age.order != order) {
      auto copy = std::make_shared<api::Object>(*object);
      copy->age.order = order;
      object = std::move(copy);
    }
    ++order;
  }
}

Result<std::string> read_manifest_text(const std::string& file) {
  auto text = sources::read_file(file, sources::DirectoryLimits().file_bytes_max);
  if (!text) return std::unexpected(std::move(text.error()));
  return std::move(text->text);
}

}  // namespace graylane::daemon
