#include "sources/document.h"

#include <algorithm>
#include <array>

#include "api/build.h"
#include "api/convert.h"
#include "api/crd.h"
#include "api/decode.h"
#include "api/text_rules.h"
#include "apiserver/patching.h"
#include "patch/managed_fields.h"
#include "sources/places.h"
#include "sources/refusals.h"
#include "sources/written_part.h"

namespace graylane::sources {

using api::Kind;
using api::Object;
using apiserver::Plan;
using doc::Value;

namespace {

doc::Object& metadata_of(Object& object) { return api::object_member(*object.content.as_object(), "metadata"); }

const Value* in_metadata(const Object& object, std::string_view member) {
  const Value* metadata = object.find("metadata");
  return metadata ? metadata->find(member) : nullptr;
}

std::string order_text(const Document& document, int64_t since) {
  return std::to_string(document.object.age.order) + "@" + api::format_time(since);
}

void note_order(Value& content, const Document& document, int64_t since) {
  doc::Object& metadata = api::object_member(*content.as_object(), "metadata");
  api::object_member(metadata, "annotations").set(api::kOrderAnnotation, Value(order_text(document, since)));
}

void forget_order(Object& object) {
  Value* notes = metadata_of(object).find("annotations");
  if (notes && notes->is_object()) notes->as_object()->erase(api::kOrderAnnotation);
}

/// As reading the object back from the API would find it.
void set_own_age(Object& object) {
  const Value* created = in_metadata(object, "creationTimestamp");
  const auto seconds = created && created->as_string() ? api::parse_time(*created->as_string()) : std::nullopt;
  object.age = {seconds.value_or(0), seconds.has_value(), 0};
}

void set_age(Object& object, const Document& document, int64_t since) {
  if (has_order(document.object)) object.age = {since, true, document.object.age.order};
  else set_own_age(object);
}

/// What the API lets nobody set.
void set_server_fields(Object& object, const Document& document) {
  if (const Value* stated = stated_creation(document.object)) metadata_of(object).set("creationTimestamp", *stated);
  if (api::is_crd(document.kind->gvk)) return;  // what tools write there is empty, and would take "Established" away
  if (const Value* status = document.object.find("status")) object.content.as_object()->set("status", *status);
}

apiserver::Writer writer_of(const Kind& kind, const ServedKinds& served, const api::ObjectKey& key, const Birth& birth) {
  apiserver::Writer writer;
  writer.kind = &kind;
  writer.kinds = served.lenient.get();
  writer.target.group = kind.gvk.group;
  writer.target.version = kind.gvk.version;
  writer.target.ns = key.ns;
  writer.target.resource = kind.plural;
  writer.target.name = key.name;
  writer.options.manager = kManager;
  writer.options.force = true;
  writer.checks_rules = false;
  writer.now_unix_seconds = birth.now_unix_seconds;
  writer.new_uid = birth.uid;
  return writer;
}

std::expected<Object, Diagnostics> merged(const Document& document, const Object* live, const Birth& birth) {
  apiserver::Patch patch{apiserver::Patch::Type::kApply, document.written};
  if (has_order(document.object)) note_order(patch.value, document, birth.in_force_since_unix_seconds);
  auto plan = apiserver::plan_patch(writer_of(*document.kind, *document.served, document.object.key, birth), live, patch);
  if (!plan) return std::unexpected(refusals(plan.error(), document.object));
  if (!live) return std::move(plan->object);
  // What each of two writers may set need not be right together.
  const api::Decoded whole = api::decode(plan->object.content, nullptr, {.kinds = document.served->strict.get()});
  if (!whole.object) return std::unexpected(refusals(whole.diagnostics, document.object));
  return std::move(plan->object);
}

bool is_free(const Object& live) {
  const Value* finalizers = in_metadata(live, "finalizers");
  return !finalizers || !finalizers->as_array() || finalizers->as_array()->empty();
}

}  // namespace

/// Kinds of which the older object wins. Others need no order, and so no write when the documents are renumbered.
bool has_order(const Object& document) {
  constexpr std::array<std::string_view, 3> kRouting = {"networking.k8s.io", "networking.istio.io", "gateway.networking.k8s.io"};
  const bool routes = std::ranges::find(kRouting, document.key.group) != kRouting.end();
  return routes && !stated_creation(document);
}

bool is_being_deleted(const Object& object) {
  const Value* time = in_metadata(object, "deletionTimestamp");
  return time && time->is_string();
}

std::string uid_of(const Object& object) {
  const Value* uid = in_metadata(object, "uid");
  return uid && uid->as_string() ? *uid->as_string() : "";
}

std::optional<Document> read_document(const Object& source, const ServedKinds& served) {
  const Kind* kind = served.find(source.gvk);
  if (!kind) return std::nullopt;
  const Kind& stored = served.lenient->storage_of(*kind);
  Document document{api::to_version(source, stored, *served.lenient),
                    api::convert(written_part(source, kind->schema), *kind, stored),
                    {},
                    &stored,
                    &served};
  document.digest = digest_of(document.written);
  forget_order(document.object);
  return document;
}

std::expected<Object, Diagnostics> apply(const Document& document, const Object* live, const Birth& birth) {
  const std::optional<Object> before = live ? std::optional(api::to_storage(*live, *document.served->lenient)) : std::nullopt;
  auto next = merged(document, before ? &*before : nullptr, birth);
  if (!next) return next;
  set_server_fields(*next, document);
  set_age(*next, document, birth.in_force_since_unix_seconds);
  take_places(*next, document.object, document.kind->schema);
  next->revision = live ? live->revision : 0;
  return next;
}

std::optional<Object> follow(const Document& document, const Object& live, int64_t since) {
  const Value* noted = live.annotation(api::kOrderAnnotation);
  const bool is_in_order = !has_order(document.object) || (noted && *noted == Value(order_text(document, since)));
  if (is_in_order && !live.file) return std::nullopt;
  Object next = live;
  if (!is_in_order) note_order(next.content, document, since);
  set_age(next, document, since);
  take_places(next, document.object, document.kind->schema);
  if (is_in_order && has_same_places(next, live)) return std::nullopt;
  return next;
}

std::optional<control::Change> deletion(const Object& live, const ServedKinds& served, int64_t now_unix_seconds) {
  const Kind* kind = served.find(live.gvk);
  if (!kind && is_free(live)) return control::Change::remove(live.key, live.revision);
  if (!kind) return std::nullopt;
  auto plan = apiserver::plan_delete(writer_of(*kind, served, live.key, {now_unix_seconds, {}, 0}), live, {});
  if (!plan || plan->effect == Plan::Effect::kNone) return std::nullopt;
  if (plan->effect == Plan::Effect::kRemove) return control::Change::remove(live.key, live.revision);
  plan->object.revision = live.revision;
  return control::Change::update(std::move(plan->object));
}

Object released(Object live) {
  doc::Object& metadata = metadata_of(live);
  if (auto owners = patch::decode_managed_fields(metadata.find("managedFields"))) {
    std::erase_if(*owners, [](const patch::Owner& owner) { return owner.manager == kManager; });
    patch::set_managed_fields(live.content, *std::move(owners));
  }
  forget_order(live);
  live.file = nullptr;
  set_own_age(live);
  return live;
}

std::expected<Object, Diagnostics> make_namespace(const std::string& name, const Birth& birth) {
  Object source;
  source.gvk = {"", "v1", "Namespace"};
  source.key = {"", "Namespace", "", name};
  source.content = api::make_object(
      {{"apiVersion", Value("v1")}, {"kind", Value("Namespace")}, {"metadata", api::make_object({{"name", Value(name)}})}});
  const ServedKinds served = builtin_kinds_only();
  const Kind& kind = *served.find(source.gvk);
  auto plan = apiserver::plan_patch(writer_of(kind, served, source.key, birth), nullptr,
                                    {apiserver::Patch::Type::kApply, source.content});
  if (!plan) return std::unexpected(refusals(plan.error(), source));
  return std::move(plan->object);
}

}  // namespace graylane::sources
