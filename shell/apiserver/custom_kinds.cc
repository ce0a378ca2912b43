#include "apiserver/custom_kinds.h"

#include "api/crd.h"
#include "apiserver/columns_text.h"
#include "apiserver/pipeline.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

/// A catalog and the kinds that it refers to.
struct Snapshot {
  explicit Snapshot(api::Kinds all) : kinds(std::move(all)), catalog(kinds) {}
  const api::Kinds kinds;
  const Catalog catalog;
};

control::Selector definitions() { return {api::kCrdGroup, api::kCrdKind, "", std::nullopt}; }

bool is_ending(const api::Object& definition) { return !text_at(definition.content, "metadata.deletionTimestamp").empty(); }

/// What was written past this server has no conditions, and is served all the same.
bool is_established(const api::Object& definition) {
  return api::has_condition(definition.content, "Established") || size_at(definition.content, "status.conditions") == 0;
}

bool same_kinds(const api::Object& a, const api::Object& b) {
  const Value* before = a.find("spec");
  const Value* after = b.find("spec");
  return before && after && is_ending(a) == is_ending(b) && is_established(a) == is_established(b) && *before == *after;
}

/// The objects of a definition, of all namespaces.
control::Selector objects_of(const api::Object& definition) {
  return {text_at(definition.content, "spec.group"), text_at(definition.content, "spec.names.kind"), std::nullopt, std::nullopt};
}

}  // namespace

CustomKinds::CustomKinds(const api::Kinds& builtin, store::Store& store, const World& world)
    : builtin_(builtin), store_(store), world_(world) {
  read_all();
  end_some();
}

CustomKinds::~CustomKinds() { *alive_ = false; }

std::shared_ptr<const Catalog> CustomKinds::catalog() {
  refresh();
  return catalog_;
}

void CustomKinds::refresh() {
  const uint64_t newest = store_.revision();
  if (newest == seen_) return;
  if (!take_events()) read_all();
  seen_ = newest;
}

/// From any thread.
void CustomKinds::wake() {
  world_.post([this, alive = alive_] {
    if (!*alive) return;
    refresh();
    end_some();
  });
}

/// Also when more was forgotten than this had seen.
void CustomKinds::read_all() {
  const auto listing = store_.list(definitions());
  const std::map<std::string, Definition> before = std::exchange(definitions_, {});
  for (const api::ObjectPtr& object : listing ? listing->items : std::vector<api::ObjectPtr>()) {
    const auto known = before.find(object->key.name);
    if (known != before.end()) definitions_[object->key.name] = known->second;
    put(object);
  }
  seen_ = listing ? listing->revision : 0;
  watch_ = store_.watch(definitions(), seen_, [this] { wake(); });
  publish();
}

/// False when the watch has no more.
bool CustomKinds::take_events() {
  bool changed = false;
  while (true) {
    auto next = watch_->next(std::chrono::milliseconds(0));
    if (!next) return false;
    if (!*next) break;
    if ((*next)->type == control::EventType::kBookmark) continue;
    changed = true;
    if ((*next)->type == control::EventType::kDeleted) definitions_.erase((*next)->object->key.name);
    else put((*next)->object);
  }
  if (changed) publish();
  return true;
}

void CustomKinds::put(const api::ObjectPtr& object) {
  Definition& definition = definitions_[object->key.name];
  const bool same = definition.object && same_kinds(*definition.object, *object);
  definition.object = object;
  if (same) return;
  auto kinds = api::kinds_of_crd(*object);
  const bool served = kinds && is_established(*object);
  definition.kinds = served ? *std::move(kinds) : std::vector<api::Kind>();
}

void CustomKinds::publish() {
  api::Kinds all = builtin_;
  for (const auto& [name, definition] : definitions_) {
    for (const api::Kind& kind : definition.kinds) {
      if (!all.find(kind.gvk.api_version(), kind.gvk.kind)) all.add(kind);
    }
  }
  const auto snapshot = std::make_shared<const Snapshot>(std::move(all));
  catalog_ = std::shared_ptr<const Catalog>(snapshot, &snapshot->catalog);
}

void CustomKinds::end_some() {
  std::erase_if(endings_, [&](const auto& ending) { return !definitions_.contains(ending.first); });
  std::vector<std::string> names;
  for (const auto& [name, definition] : definitions_) {
    if (is_ending(*definition.object)) names.push_back(name);
  }
  for (const std::string& name : names) end(name);
}

void CustomKinds::end(const std::string& name) {
  const auto found = definitions_.find(name);
  if (found == definitions_.end()) return;
  const api::ObjectPtr definition = found->second.object;
  Ending& ending = endings_[name];
  if (ending.is_writing) return;
  if (!ending.watch) ending.watch = store_.watch(objects_of(*definition), store_.revision(), [this] { wake(); });
  for (auto event = ending.watch->next(std::chrono::milliseconds(0)); event && *event;)
    event = ending.watch->next(std::chrono::milliseconds(0));
  std::vector<control::Change> changes = next_changes(definition);
  if (changes.empty()) return;
  ending.is_writing = true;
  submit(name, std::move(changes));
}

/// What can be deleted, or marked as deleted; when no object is left, the definition's finalizer goes, and with the last one it.
std::vector<control::Change> CustomKinds::next_changes(const api::ObjectPtr& definition) const {
  std::vector<control::Change> changes;
  const auto listing = store_.list(objects_of(*definition));
  if (!listing) return changes;
  api::Kind kind;
  kind.gvk = {text_at(definition->content, "spec.group"), "", text_at(definition->content, "spec.names.kind")};
  kind.has_generation = true;
  Writer writer;
  writer.kind = &kind;
  writer.now_unix_seconds = world_.unix_seconds();
  for (const api::ObjectPtr& object : listing->items) {
    auto plan = plan_delete(writer, *object, {});
    if (!plan || plan->effect == Plan::Effect::kNone) continue;
    if (plan->effect == Plan::Effect::kRemove) changes.push_back(control::Change::remove(object->key, object->revision));
    else changes.push_back(control::Change::update(std::move(plan->object)));
  }
  if (!listing->items.empty()) return changes;
  api::Object next = *definition;
  Value* finalizers = next.content.as_object()->find("metadata")->as_object()->find("finalizers");
  if (finalizers && finalizers->is_array())
    std::erase_if(*finalizers->as_array(), [](const Value& name) { return name == Value(api::kCrdCleanupFinalizer); });
  if (!finalizers || !finalizers->is_array() || finalizers->as_array()->empty())
    changes.push_back(control::Change::remove(next.key, definition->revision));
  else if (next.content != definition->content) changes.push_back(control::Change::update(std::move(next)));
  return changes;
}

void CustomKinds::submit(const std::string& name, std::vector<control::Change> changes) {
  store_.submit(std::move(changes), [this, name, alive = alive_, post = world_.post](const Result<control::Written>& written) {
    const bool changed =
        !written && (written.error().code == ErrorCode::kConflict || written.error().code == ErrorCode::kNotFound);
    post([this, name, alive, again = changed || written] {
      if (!*alive) return;
      const auto ending = endings_.find(name);
      if (ending != endings_.end()) ending->second.is_writing = false;
      refresh();
      if (again) end_some();
    });
  });
}

}  // namespace graylane::apiserver
