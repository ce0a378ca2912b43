#include "control/finding_events.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "api/crd.h"
#include "api/kinds.h"
#include "api/view_fields.h"

namespace graylane::control {

namespace fields = api::fields;

namespace {

/// What others did to what files define is said on objects of all kinds; else of Ingresses, the kind that people ask `describe` why.
bool is_said(const Diagnostic& finding) {
  return finding.object.starts_with("Ingress ") || finding.id == "overridden" || finding.id == "override-ended";
}

/// Of built-in kinds, and those of definitions; nothing when nobody defines it.
std::optional<std::string> group_of(Client& client, const std::string& kind) {
  const std::span<const api::Kind> builtin = api::builtin_kinds().all();
  const auto found = std::ranges::find_if(builtin, [&](const api::Kind& k) { return k.gvk.kind == kind && k.is_stored; });
  if (found != builtin.end()) return found->storage_group;
  const auto definitions = client.list({api::kCrdGroup, api::kCrdKind, {}, {}});
  if (!definitions) return std::nullopt;
  for (const api::ObjectPtr& definition : definitions->items) {
    const doc::Value* spec = definition->find("spec");
    const doc::Value* names = spec ? spec->find("names") : nullptr;
    if (names && fields::text(names, "kind") == kind) return fields::text(spec, "group");
  }
  return std::nullopt;
}

/// "Ingress default/shop", "Namespace shop".
std::optional<api::ObjectKey> object_of(Client& client, const std::string& title) {
  const size_t space = title.find(' ');
  if (space == title.npos) return std::nullopt;
  const std::string kind = title.substr(0, space), name = title.substr(space + 1);
  const size_t slash = name.find('/');
  const auto group = group_of(client, kind);
  if (!group) return std::nullopt;
  if (slash == name.npos) return api::ObjectKey{*group, kind, "", name};
  return api::ObjectKey{*group, kind, name.substr(0, slash), name.substr(slash + 1)};
}

std::string message_of(const Diagnostic& finding) {
  return (finding.field.empty() ? "" : finding.field + ": ") + finding.message +
         (finding.fix.empty() ? "" : " (fix: " + finding.fix + ")");
}

std::pair<std::string, std::string> name_of(const Diagnostic& finding) {
  return {finding.object, finding.id + '\n' + finding.field + '\n' + finding.message};
}

}  // namespace

void FindingEvents::say(const Diagnostic& finding, std::chrono::sys_seconds now) {
  if (!is_said(finding) || said_.contains(name_of(finding))) return;
  const auto key = object_of(client_, finding.object);
  if (!key) return;
  const auto first = said_.lower_bound({finding.object, ""}), end = said_.lower_bound({finding.object + '\0', ""});
  if (static_cast<size_t>(std::distance(first, end)) >= kFindingEventsMax) return;
  const auto about = client_.get(*key);
  if (!about) return;
  const EventNote note{*about, {finding.id, message_of(finding), finding.severity != Severity::kInfo}};
  recorder_.record(note, now);
  said_.emplace(name_of(finding), Said{note, now});
}

void FindingEvents::take_back(const Diagnostic& finding) {
  const auto found = said_.find(name_of(finding));
  if (found == said_.end()) return;
  recorder_.retract(found->second.note);
  said_.erase(found);
}

Result<bool> FindingEvents::tell(const Diagnostics& news, const Diagnostics& mended, std::chrono::sys_seconds now) {
  for (const Diagnostic& finding : mended) take_back(finding);
  for (const Diagnostic& finding : news) say(finding, now);
  for (auto& [name, said] : said_) {
    if (now < said.at + kSayAgain) continue;
    said.at = now;
    recorder_.record(said.note, now);
  }
  return recorder_.flush();
}

}  // namespace graylane::control
