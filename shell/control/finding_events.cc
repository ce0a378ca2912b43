#include "control/finding_events.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace graylane::control {

namespace {

/// "Ingress default/shop".
std::optional<api::ObjectKey> ingress_of(const std::string& title) {
  constexpr std::string_view kBefore = "Ingress ";
  const size_t slash = title.find('/');
  if (!title.starts_with(kBefore) || slash == title.npos) return std::nullopt;
  return api::ObjectKey{"networking.k8s.io", "Ingress", title.substr(kBefore.size(), slash - kBefore.size()),
                        title.substr(slash + 1)};
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
  const auto key = ingress_of(finding.object);
  if (!key || said_.contains(name_of(finding))) return;
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
