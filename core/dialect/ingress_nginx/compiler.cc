#include "dialect/ingress_nginx/compiler.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "dialect/ingress_nginx/backend_ids.h"
#include "dialect/ingress_nginx/class_filter.h"
#include "dialect/ingress_nginx/components.h"
#include "dialect/ingress_nginx/emit.h"
#include "dialect/ingress_nginx/traps.h"
#include "dialect/ingress_nginx/unready.h"

namespace graylane::ingress_nginx {

/// What it has put into the table.
struct Compiled {
  std::vector<const Entry*> members;
  std::vector<PublishedHost> hosts;
  std::vector<std::string> backend_keys;
  Diagnostics diagnostics;
};

namespace {

/// Changes to a table's parts, applied together.
struct TableEdit {
  explicit TableEdit(route::Table& table)
      : exact(table.exact), any_suffix(table.any_suffix), one_label(table.one_label), backends(table.backends) {}
  route::HostMap<route::HostPtr>::Edit exact;
  route::HostMap<route::HostPtr>::Edit any_suffix;
  route::HostMap<route::HostPtr>::Edit one_label;
  route::SharedSlots<route::BackendPtr>::Edit backends;

  route::HostMap<route::HostPtr>::Edit* map_of(PublishedHost::Kind kind) {
    switch (kind) {
      case PublishedHost::Kind::kExact: return &exact;
      case PublishedHost::Kind::kAnySuffix: return &any_suffix;
      case PublishedHost::Kind::kOneLabel: return &one_label;
      case PublishedHost::Kind::kRegex:
      case PublishedHost::Kind::kFallback: break;
    }
    return nullptr;
  }
};

bool mentions_others(const api::Object& ingress) {
  for (const std::string_view name : {"auth-secret", "proxy-ssl-secret", "custom-headers"}) {
    if (ingress.annotation(std::string(kAnnotationPrefix) + std::string(name)) != nullptr) return true;
  }
  return false;
}

/// In NameIndex. A collision only recompiles more.
uint64_t service_name(std::string_view ns, std::string_view service) {
  return route::mix_word(route::hash_name(ns), route::hash_name(service));
}

/// Each Service that the Ingress names, once.
std::vector<uint64_t> services_of(const Entry& entry) {
  std::vector<uint64_t> services;
  std::string_view previous;
  const auto add = [&](std::string_view service) {
    if (service.empty() || service == previous) return;
    services.push_back(service_name(entry.ns(), service));
    previous = service;
  };
  for (const api::IngressRule& rule : entry.view.rules) {
    for (const api::IngressPath& path : rule.paths) add(path.backend.service);
  }
  if (entry.view.default_backend) add(entry.view.default_backend->service);
  if (entry.annotations.default_backend) add(entry.annotations.default_backend->value);
  std::ranges::sort(services);
  const auto repeated = std::ranges::unique(services);
  services.erase(repeated.begin(), repeated.end());
  return services;
}

}  // namespace

class Compiler::State : public References {
 public:
  explicit State(Options options) : options_(std::move(options)), filter_(options_.classes), fallback_(built_in_fallback()) {}

  void put(const api::ObjectPtr& object);
  void remove(const api::ObjectKey& key);
  route::TablePtr compile();
  Diagnostics diagnostics() const;

  bool has_secret(std::string_view ns, std::string_view name) const override {
    return secrets_.contains(std::string(ns) + "/" + std::string(name));
  }
  const api::Object* config_map(std::string_view ns, std::string_view name) const override {
    const auto found = config_maps_.find(std::string(ns) + "/" + std::string(name));
    return found == config_maps_.end() ? nullptr : found->second.get();
  }

 private:
  using EntryPtr = std::unique_ptr<Entry>;
  using Unindexed = std::vector<std::shared_ptr<route::Host>>;

  void put_ingress(const std::string& name, const api::ObjectPtr& object);
  void remove_ingress(const std::string& name);
  void read(Entry& entry);
  void unread(Entry& entry);
  void forget(Entry& entry);
  void set_dirty(const Entry& entry);
  void touch_services(const api::ServiceIndex::Affected& services);
  void read_config();
  void reread_all();
  void reread_mentioning();
  void withdraw(const Entry* entry, TableEdit& edit);
  void withdraw(Compiled& compiled, TableEdit& edit);
  void publish(std::vector<const Entry*> members, TableEdit& edit, Unindexed& unindexed);

  Options options_;
  ClassFilter filter_;
  route::HostPtr fallback_;
  ControllerConfig config_;
  Diagnostics config_diagnostics_;
  api::ServiceIndex services_;
  std::unordered_map<std::string, EntryPtr> entries_;               // by "namespace/name"
  std::vector<Entry*> unread_;                                      // of entries_: to be read at the next compile
  std::map<std::string, api::ObjectPtr, std::less<>> config_maps_;  // by "namespace/name"
  std::set<std::string, std::less<>> secrets_;
  NameIndex users_of_services_;
  Components components_;
  std::vector<const Entry*> dirty_;
  std::vector<std::shared_ptr<Compiled>> orphaned_;  // of entries that are gone
  BackendIds ids_;
  route::HostPtr catch_all_;  // null: no Ingress serves the hosts that nobody names
  std::map<std::pair<std::string, std::string>, route::HostRegex> regexes_;  // by host and expression
  size_t stable_count_ = 0;
  bool had_stable_ = false;
  bool reread_ = false;
  bool config_changed_ = true;
  std::shared_ptr<route::Table> table_;
};

void Compiler::State::put(const api::ObjectPtr& object) {
  const std::string name = object->key.ns + "/" + object->key.name;
  if (object->key.kind == "Ingress") return put_ingress(name, object);
  if (object->key.kind == "IngressClass") {
    filter_.put(*object);
    reread_ = true;
  } else if (object->key.kind == "ConfigMap") {
    config_maps_[name] = object;
    if (object->key.name == kConfigMapName) config_changed_ = true;
    reread_mentioning();
  } else if (object->key.kind == "Secret") {
    if (secrets_.insert(name).second) reread_mentioning();
  } else {
    touch_services(services_.put(object));
  }
}

void Compiler::State::remove(const api::ObjectKey& key) {
  const std::string name = key.ns + "/" + key.name;
  if (key.kind == "Ingress") return remove_ingress(name);
  if (key.kind == "IngressClass") {
    filter_.remove(key.name);
    reread_ = true;
  } else if (key.kind == "ConfigMap") {
    config_maps_.erase(name);
    if (key.name == kConfigMapName) config_changed_ = true;
    reread_mentioning();
  } else if (key.kind == "Secret") {
    if (secrets_.erase(name) > 0) reread_mentioning();
  } else {
    touch_services(services_.remove(key));
  }
}

void Compiler::State::put_ingress(const std::string& name, const api::ObjectPtr& object) {
  EntryPtr& entry = entries_[name];
  if (!entry) entry = std::make_unique<Entry>();
  unread(*entry);
  entry->object = object;
}

void Compiler::State::remove_ingress(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return;
  forget(*found->second);
  if (found->second->unread) std::erase(unread_, found->second.get());
  entries_.erase(found);
}

/// Reads the object and takes the entry into the indexes.
void Compiler::State::read(Entry& entry) {
  entry.unread = false;
  entry.view = api::read_ingress(*entry.object);
  entry.diagnostics.clear();
  Reporter reporter(entry.diagnostics);
  const auto why_not = filter_.why_not_ours(*entry.object, entry.view);
  entry.ours = !why_not && !(options_.disable_catch_all && entry.view.default_backend);
  if (!entry.ours) {
    entry.annotations = {};
    reporter.add(Severity::kInfo, "ingress-not-ours", entry, entry.view.class_at, "spec.ingressClassName",
                 "left to another controller: " + why_not.value_or("--disable-catch-all"), "");
    return;
  }
  entry.annotations = read_annotations(*entry.object, config_, options_.annotation_validation, *this, entry.diagnostics);
  if (entry.annotations.dropped || would_freeze(entry, reporter)) {
    entry.ours = false;
    return;
  }
  report_entry_traps(entry, options_, config_, reporter);
  components_.add(entry);
  for (const uint64_t service : services_of(entry)) users_of_services_.add(service, entry);
  stable_count_ += entry.is_canary() ? 0 : 1;
  set_dirty(entry);
}

void Compiler::State::unread(Entry& entry) {
  if (entry.unread) return;
  forget(entry);
  entry.unread = true;
  unread_.push_back(&entry);
}

/// Takes the entry out of the indexes. What it was compiled into is withdrawn by the next compile.
void Compiler::State::forget(Entry& entry) {
  if (entry.ours) {
    entry.ours = false;
    components_.remove(entry);
    for (const uint64_t service : services_of(entry)) users_of_services_.remove(service, entry);
    stable_count_ -= entry.is_canary() ? 0 : 1;
    if (std::exchange(entry.kept.dirty, false)) std::erase(dirty_, &entry);
  }
  const std::shared_ptr<Compiled> compiled = std::move(entry.kept.compiled);
  if (!compiled) return;
  std::erase(compiled->members, &entry);
  for (const Entry* member : compiled->members) set_dirty(*member);
  orphaned_.push_back(compiled);
}

void Compiler::State::set_dirty(const Entry& entry) {
  if (!std::exchange(entry.kept.dirty, true)) dirty_.push_back(&entry);
}

void Compiler::State::touch_services(const api::ServiceIndex::Affected& services) {
  for (const std::string& service : services) {
    const std::string_view text = service;
    const size_t slash = text.find('/');
    const uint64_t name = service_name(text.substr(0, slash), text.substr(slash + 1));
    users_of_services_.each(name, [&](const Entry& entry) { set_dirty(entry); });
  }
}

void Compiler::State::reread_mentioning() {
  for (const auto& [name, entry] : entries_) {
    if (mentions_others(*entry->object)) unread(*entry);
  }
}

void Compiler::State::reread_all() {
  for (const auto& [name, entry] : entries_) unread(*entry);
}

void Compiler::State::read_config() {
  const bool exact = options_.compat == kExactCompat;
  config_ = {};
  if (exact) config_.buffer_size = 4096;  // what ingress-nginx has; a longer head is no fault of its own
  config_diagnostics_.clear();
  const api::Object* used = nullptr;
  for (const auto& [name, object] : config_maps_) {
    if (object->key.name != kConfigMapName) continue;
    if (used == nullptr) {
      used = object.get();
      config_ = read_controller_config(*object, std::move(config_), config_diagnostics_);
      continue;
    }
    config_diagnostics_.push_back({Severity::kWarning,
                                   "config-map-second",
                                   object->key.to_string(),
                                   "",
                                   "only one ConfigMap of that name is read: that of the namespace " + used->key.ns,
                                   "delete one of the two",
                                   object->at({}),
                                   {}});
  }
  if (config_.server_tokens) config_.listener.server = exact ? "nginx" : "graylane";  // an answer does not claim to be another's
}

void Compiler::State::withdraw(Compiled& compiled, TableEdit& edit) {
  for (const PublishedHost& host : compiled.hosts) {
    if (auto* map = edit.map_of(host.kind)) map->erase(host.name);
    if (host.kind == PublishedHost::Kind::kFallback) catch_all_ = nullptr;
    if (host.kind == PublishedHost::Kind::kRegex) regexes_.erase({host.host->name, host.name});
  }
  for (const std::string& key : compiled.backend_keys) ids_.give_back(key);
  compiled.hosts.clear();
  compiled.backend_keys.clear();
}

void Compiler::State::withdraw(const Entry* entry, TableEdit& edit) {
  if (const std::shared_ptr<Compiled> compiled = std::move(entry->kept.compiled)) withdraw(*compiled, edit);
}

void Compiler::State::publish(std::vector<const Entry*> members, TableEdit& edit, Unindexed& unindexed) {
  auto compiled = std::make_shared<Compiled>();
  Reporter reporter(compiled->diagnostics);
  const Model model = build_model({members, services_, options_, stable_count_ > 0}, reporter);
  Emitted emitted =
      emit({model, services_, options_, config_, [this](const std::string& key) { return ids_.take(key); }}, reporter);
  for (auto& [key, published] : emitted.backends) {
    compiled->backend_keys.push_back(key);
    edit.backends.set(published.id, std::make_shared<const route::Backend>(std::move(published.backend)));
  }
  for (PublishedHost& host : emitted.hosts) {
    if (auto* map = edit.map_of(host.kind)) map->set(host.name, host.host);
    if (host.kind == PublishedHost::Kind::kFallback) catch_all_ = host.host;
    if (host.kind == PublishedHost::Kind::kRegex) regexes_[{host.host->name, host.name}] = {host.regex, host.host};
  }
  std::ranges::move(emitted.unindexed, std::back_inserter(unindexed));
  compiled->hosts = std::move(emitted.hosts);
  for (const Entry* member : members) member->kept.compiled = compiled;
  compiled->members = std::move(members);
}

route::TablePtr Compiler::State::compile() {
  if (config_changed_) read_config();
  if (config_changed_ || reread_) reread_all();
  for (Entry* entry : unread_) read(*entry);
  unread_.clear();
  const bool has_stable = stable_count_ > 0;
  if (has_stable != had_stable_) {
    for (const auto& [key, entry] : entries_) {
      if (entry->ours) set_dirty(*entry);
    }
  }
  if (table_ && dirty_.empty() && orphaned_.empty() && !config_changed_) return table_;
  auto table = table_ ? std::make_shared<route::Table>(*table_) : std::make_shared<route::Table>();
  ++table->revision;
  {
    TableEdit edit(*table);
    for (const auto& orphan : orphaned_) withdraw(*orphan, edit);
    const auto components = components_.around(dirty_);
    for (const auto& component : components) {
      for (const Entry* entry : component) withdraw(entry, edit);
    }
    Unindexed unindexed;
    for (const auto& component : components) publish(component, edit, unindexed);
    route::build_indexes(unindexed);
    for (const route::BackendId id : ids_.free_unused()) edit.backends.set(id, nullptr);
  }
  table->regexes.clear();
  for (const auto& [name, regex] : regexes_) table->regexes.push_back(regex);
  table->fallback = catch_all_ ? catch_all_ : fallback_;
  route::ListenerOptions listener = config_.listener;
  listener.upgrade_without_connection = options_.compat == kExactCompat;
  table->listener = std::make_shared<const route::ListenerOptions>(std::move(listener));
  table->split_mode = options_.split_mode;
  had_stable_ = has_stable;
  config_changed_ = reread_ = false;
  for (const Entry* entry : dirty_) entry->kept.dirty = false;
  dirty_.clear();
  orphaned_.clear();
  table_ = table;
  return table_;
}

Diagnostics Compiler::State::diagnostics() const {
  Diagnostics all = config_diagnostics_;
  std::set<const Compiled*> seen;
  for (const auto& [key, entry] : entries_) {
    all.insert(all.end(), entry->diagnostics.begin(), entry->diagnostics.end());
    const Compiled* compiled = entry->kept.compiled.get();
    if (compiled == nullptr || !seen.insert(compiled).second) continue;
    all.insert(all.end(), compiled->diagnostics.begin(), compiled->diagnostics.end());
  }
  for (Diagnostic& diagnostic : all) suggest_service(diagnostic, services_);
  const auto place = [](const Diagnostic& d) {
    return std::tuple(d.where.file ? std::string_view(*d.where.file) : std::string_view(), d.where.at, std::string_view(d.object),
                      std::string_view(d.id), std::string_view(d.field), std::string_view(d.message));
  };
  std::ranges::sort(all, [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  return all;
}

Compiler::Compiler(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Compiler::~Compiler() = default;
Compiler::Compiler(Compiler&&) noexcept = default;
Compiler& Compiler::operator=(Compiler&&) noexcept = default;

void Compiler::put(const api::ObjectPtr& object) { state_->put(object); }
void Compiler::remove(const api::ObjectKey& key) { state_->remove(key); }
route::TablePtr Compiler::compile() { return state_->compile(); }
Diagnostics Compiler::diagnostics() const { return state_->diagnostics(); }

}  // namespace graylane::ingress_nginx
