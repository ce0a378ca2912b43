// What a transport gets for free: every change as a batch of one, and scales as patches.
#include "control/port.h"

#include <utility>

#include "api/build.h"
#include "api/kinds.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace {

using doc::Value;

Result<api::ObjectPtr> write_one(Client& client, Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  auto written = client.write(std::move(changes));
  if (!written) return std::unexpected(std::move(written.error()));
  return std::move(written->objects.front());
}

Result<Scale> scale_of(const Result<api::ObjectPtr>& object) {
  namespace fields = api::fields;
  if (!object) return std::unexpected(object.error());
  const api::Object& one = **object;
  const api::Kind* kind = api::builtin_kinds().find(one.gvk.api_version(), one.gvk.kind);
  if (kind && !kind->has_scale) return fail(ErrorCode::kUnsupported, one.key.to_string() + " has no scale");
  return Scale{fields::number(one.find("spec"), "replicas"), fields::number(one.find("status"), "replicas")};
}

}  // namespace

Result<api::ObjectPtr> Client::patch(const api::ObjectKey& key, Patch patch, uint64_t revision) {
  return write_one(*this, Change::patch(key, std::move(patch), revision));
}

Result<api::ObjectPtr> Client::update_status(api::Object object) { return write_one(*this, Change::status(std::move(object))); }

Result<api::ObjectPtr> Client::delete_object(const api::ObjectKey& key, Deletion deletion, uint64_t revision) {
  return write_one(*this, Change::deletion(key, deletion, revision));
}

Result<Scale> Client::scale(const api::ObjectKey& key) { return scale_of(get(key)); }

Result<Scale> Client::set_scale(const api::ObjectKey& key, int32_t wanted, std::string manager) {
  Value body = api::make_object({{"spec", api::make_object({{"replicas", Value(int64_t{wanted})}})}});
  return scale_of(patch(key, {.body = std::move(body), .manager = std::move(manager), .subresource = "scale"}));
}

Result<api::ObjectPtr> make_change(Client& client, Change change) {
  const api::ObjectKey key = change.object.key;
  const uint64_t revision = change.object.revision;
  switch (change.verb) {
    case Change::Verb::kCreate: return client.create(std::move(change.object));
    case Change::Verb::kUpdate: return client.update(std::move(change.object));
    case Change::Verb::kStatus: return client.update_status(std::move(change.object));
    case Change::Verb::kApply: return client.apply(std::move(change.object));
    case Change::Verb::kPatch: return client.patch(key, std::move(change.part), revision);
    case Change::Verb::kDelete: return client.delete_object(key, change.end, revision);
    case Change::Verb::kRemove: break;
  }
  return client.remove(key, revision);
}

}  // namespace graylane::control
