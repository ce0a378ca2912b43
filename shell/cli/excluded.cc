#include "cli/excluded.h"

#include <algorithm>
#include <set>

#include "api/ingress.h"
#include "cli/lower_case.h"
#include "doc/parse.h"

namespace graylane::cli {

namespace {

bool covers(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  pattern.remove_prefix(1);
  return host.size() > pattern.size() && host.ends_with(pattern);
}

/// Null when the table has no host of that name.
const route::Host* find_host(const route::Table& table, std::string_view name) {
  const route::HostPtr* found = table.exact.find(name);
  if (name.starts_with('*')) {
    found = table.any_suffix.find(name.substr(1));
    if (found == nullptr) found = table.one_label.find(name.substr(1));
  }
  return found != nullptr ? found->get() : nullptr;
}

bool is_in_force(const route::Table& table, const std::string& object, std::string_view host_name) {
  const route::Host* host = find_host(table, host_name);
  return host != nullptr && std::ranges::find(host->objects, object, &route::ObjectRef::name) != host->objects.end();
}

std::vector<std::string> hosts_of(const api::Object& object) {
  std::vector<std::string> hosts;
  for (const api::IngressRule& rule : api::read_ingress(object).rules) {
    if (!rule.host.empty()) hosts.push_back(lower_case(rule.host));
  }
  return hosts;
}

/// Whether this alone keeps an Ingress, or a host of it, out of the table.
bool leaves_out(const Diagnostic& diagnostic) {
  return diagnostic.message.find("left out") != std::string::npos || diagnostic.id == "ingress-not-ours" ||
         diagnostic.id == "path-duplicate" || diagnostic.id.starts_with("canary-");
}

std::string reason(const Diagnostic& diagnostic) {
  std::string_view text = diagnostic.message;
  constexpr std::string_view kSaidAlready = "the whole Ingress is left out: ";
  if (text.starts_with(kSaidAlready)) text.remove_prefix(kSaidAlready.size());
  return std::string(text);
}

std::string string_at(const doc::Value* value, const char* member) {
  const doc::Value* found = value != nullptr ? value->find(member) : nullptr;
  return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string();
}

class Finder {
 public:
  explicit Finder(const Manifests& manifests) : manifests_(manifests) {}

  std::vector<Excluded> run() {
    for (const api::ObjectPtr& object : manifests_.offline.objects()) {
      if (!object->file) continue;  // made by a controller
      read_.insert({*object->file, object->content.at()});
      if (object->key.kind == "Ingress") decoded(*object);
    }
    std::set<std::string> broken;
    for (const Diagnostic& diagnostic : manifests_.offline.reading()) {
      if (diagnostic.severity == Severity::kError && diagnostic.where.file) broken.insert(*diagnostic.where.file);
    }
    for (const std::string& file : broken) undecoded(file);
    return std::move(found_);
  }

 private:
  void decoded(const api::Object& object) {
    const std::string name = object.key.to_string();
    const Diagnostic* why = seen_.insert(object.key).second ? compiler_said(name) : second_definition(object);
    if (why == nullptr) return;
    std::vector<std::string> hosts = hosts_of(object);
    std::erase_if(hosts, [&](const std::string& host) { return is_in_force(*manifests_.table, name, host); });
    if (!hosts.empty()) found_.push_back({name, std::move(hosts), {}, reason(*why), why->where});
  }

  const Diagnostic* compiler_said(const std::string& name) const {
    const auto found = std::ranges::find_if(
        manifests_.compiling, [&](const Diagnostic& diagnostic) { return diagnostic.object == name && leaves_out(diagnostic); });
    return found != manifests_.compiling.end() ? &*found : nullptr;
  }

  const Diagnostic* second_definition(const api::Object& object) const {
    return first_error(*object.file, [&](const Diagnostic& diagnostic) {
      return diagnostic.id == "duplicate-object" && diagnostic.where.at == object.content.at();
    });
  }

  template <class F>
  const Diagnostic* first_error(const std::string& file, F&& accept) const {
    for (const Diagnostic& diagnostic : manifests_.offline.reading()) {
      const bool is_here = diagnostic.where.file && *diagnostic.where.file == file;
      if (is_here && diagnostic.severity == Severity::kError && accept(diagnostic)) return &diagnostic;
    }
    return nullptr;
  }

  void undecoded(const std::string& file) {
    const auto text = daemon::read_manifest_text(file);
    if (!text) return;
    const auto name = std::make_shared<const std::string>(file);
    doc::Parsed parsed = file.ends_with(".json") ? doc::parse_json(*text, name) : doc::parse_yaml(*text, name);
    for (doc::Value& document : parsed.documents) {
      if (!read_.contains({file, document.at()})) undecoded(file, std::move(document));
    }
    const auto is_named = [&](const Excluded& ingress) { return ingress.at.file && *ingress.at.file == file; };
    if (std::ranges::any_of(found_, is_named)) return;
    const auto is_unreadable = [](const Diagnostic& diagnostic) { return diagnostic.object.empty(); };
    if (const Diagnostic* why = first_error(file, is_unreadable))
      found_.push_back({file, {}, lower_case(*text), why->message, why->where});
  }

  void undecoded(const std::string& file, doc::Value document) {
    if (string_at(&document, "kind") != "Ingress") return;
    const doc::Value* metadata = document.find("metadata");
    const std::string ns = string_at(metadata, "namespace");
    api::Object object;
    object.key = {"networking.k8s.io", "Ingress", ns.empty() ? "default" : ns, string_at(metadata, "name")};
    const std::string name = object.key.to_string();
    const Position begin = document.at();
    const Diagnostic* why = first_error(file, [&](const Diagnostic& d) { return d.object == name && d.where.at >= begin; });
    if (why == nullptr) why = first_error(file, [&](const Diagnostic& d) { return d.where.at >= begin; });
    object.content = std::move(document);
    if (why != nullptr) found_.push_back({name, hosts_of(object), {}, why->message, why->where});
  }

  const Manifests& manifests_;
  std::set<api::ObjectKey> seen_;
  std::set<std::pair<std::string, Position>> read_;  // where objects were read
  std::vector<Excluded> found_;
};

}  // namespace

bool Excluded::names(std::string_view host) const {
  return text.find(host) != text.npos ||
         std::ranges::any_of(hosts, [&](const std::string& pattern) { return covers(pattern, host); });
}

std::vector<Excluded> excluded_ingresses(const Manifests& manifests) { return Finder(manifests).run(); }

}  // namespace graylane::cli
