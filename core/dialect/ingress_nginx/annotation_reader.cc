#include "dialect/ingress_nginx/annotation_reader.h"

#include <array>

#include "dialect/ingress_nginx/scalars.h"

namespace graylane::ingress_nginx {

namespace {

constexpr auto kRiskNames = std::to_array<std::string_view>({"Low", "Medium", "High", "Critical"});

std::string_view risk_name(Risk risk) { return kRiskNames[static_cast<size_t>(risk)]; }

/// As ingress-nginx trims: every line for itself.
std::string normalised(std::string_view value) {
  std::string out;
  for (size_t start = 0; start <= value.size();) {
    const size_t end = std::min(value.find('\n', start), value.size());
    if (start > 0) out.push_back('\n');
    out += trim(value.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

bool has_edge_blank(std::string_view value) { return trim(value).size() != value.size(); }

/// Without validation ingress-nginx still cannot read a bool or a number that is none.
bool is_always_checked(Check check) { return check == Check::kBool || check == Check::kInt || check == Check::kCidrs; }

}  // namespace

AnnotationReader::AnnotationReader(const api::Object& ingress, const ControllerConfig& config, bool validation, Annotations& out,
                                   Diagnostics& diagnostics)
    : ingress_(ingress), config_(config), validation_(validation), out_(out), diagnostics_(diagnostics) {
  for (const doc::Member& member : ingress.annotations()) {
    if (member.key.starts_with(kAnnotationPrefix)) {
      read(member);
    } else {
      report_prefix(member);
    }
  }
}

void AnnotationReader::read(const doc::Member& member) {
  const std::string_view name = std::string_view(member.key).substr(kAnnotationPrefix.size());
  const std::string* value = member.value.as_string();
  places_[std::string(name)] = member.value.at();
  const AnnotationSpec* spec = find_annotation(name);
  if (spec == nullptr) return report_unknown(name);
  if (value == nullptr || value->empty() || is_shadowed(name)) return;
  const bool snippet_off = spec->support == Support::kSnippet && !config_.allow_snippets;
  if (spec->risk > config_.risk_level || (snippet_off && spec->risk == Risk::kCritical)) {
    out_.dropped = true;
    return report(Severity::kError, "annotation-risk", name,
                  "the whole Ingress is left out: " + std::string(name) + " has the risk " + std::string(risk_name(spec->risk)) +
                      ", over the allowed " + std::string(risk_name(config_.risk_level)),
                  spec->support == Support::kSnippet
                      ? "remove the snippet; snippets are nginx configuration and are not understood here"
                      : "remove it, or raise annotations-risk-level in the ConfigMap " + std::string(kConfigMapName));
  }
  if ((validation_ || is_always_checked(spec->check)) && !is_valid(spec->check, *value))
    return refuse(*spec, *value, member.value.at());
  accepted_[std::string(name)] = {normalised(*value), member.value.at()};
}

/// The older of two names of one annotation is read only when the newer one is absent.
bool AnnotationReader::is_shadowed(std::string_view name) const {
  const std::string_view newer = name == "whitelist-source-range" ? "allowlist-source-range"
                                 : name == "limit-whitelist"      ? "limit-allowlist"
                                                                  : "";
  if (newer.empty()) return false;
  const doc::Value* value = ingress_.annotation(std::string(kAnnotationPrefix) + std::string(newer));
  return value != nullptr && value->is_string() && !value->as_string()->empty();
}

void AnnotationReader::refuse(const AnnotationSpec& spec, const std::string& value, Position at) {
  const std::string shown = "\"" + (value.size() > 80 ? value.substr(0, 80) + "..." : value) + "\"";
  const std::string fix = has_edge_blank(value)
                              ? "remove the blanks and line ends around the value (a block scalar | adds one; write >- or quotes)"
                              : "write " + std::string(description(spec.check));
  places_[std::string(spec.name)] = at;
  refused_.insert(std::string(spec.name));
  OnInvalid outcome = spec.on_invalid;
  if (!validation_ && outcome == OnInvalid::kDrop && spec.check != Check::kCidrs) outcome = OnInvalid::kIgnore;
  switch (outcome) {
    case OnInvalid::kIgnore:
      report(Severity::kWarning, "annotation-ignored", spec.name,
             std::string(spec.name) + ": the value " + shown +
                 " is refused and counts as absent, as in ingress-nginx, which says so in its log only",
             fix);
      break;
    case OnInvalid::kDrop:
      out_.dropped = true;
      report(Severity::kError, "ingress-dropped", spec.name,
             std::string(spec.name) + ": the value " + shown +
                 " is refused, and with it the whole Ingress is left out, as in ingress-nginx",
             fix);
      break;
    case OnInvalid::kDeny:
      deny(spec.name,
           std::string(spec.name) + ": the value " + shown + " is refused; the Ingress's paths answer 503 rather than be open");
      break;
  }
}

void AnnotationReader::deny(std::string_view name, std::string why) {
  report(Severity::kError, "location-denied", name, why, "mend the value");
  if (!out_.denied) out_.denied = Closed{503, std::move(why), at(name)};
}

void AnnotationReader::report_unknown(std::string_view name) const {
  if (const std::string_view why = gone_annotation(name); !why.empty()) {
    return report(Severity::kWarning, "annotation-gone", name, std::string(name) + " has no effect: " + std::string(why),
                  "remove it");
  }
  const std::string_view similar = similar_annotation(name);
  report(Severity::kWarning, "annotation-unknown", name,
         "ingress-nginx knows no annotation " + std::string(name) + " and ignores it silently",
         similar.empty() ? "check the spelling" : "did you mean " + std::string(similar) + "?");
}

/// A name of ours under a prefix that nobody reads any more, or that is misspelt.
void AnnotationReader::report_prefix(const doc::Member& member) {
  const size_t slash = member.key.find('/');
  if (slash == std::string::npos) return;
  const std::string name = member.key.substr(slash + 1);
  if (find_annotation(name) == nullptr || !is_similar_prefix(std::string_view(member.key).substr(0, slash + 1))) return;
  places_[member.key] = member.value.at();
  report(Severity::kWarning, "annotation-other-prefix", member.key,
         "ingress-nginx reads only names that begin with " + std::string(kAnnotationPrefix) + " and ignores this one silently",
         "did you mean " + std::string(kAnnotationPrefix) + name + "?");
}

Position AnnotationReader::at(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? Position() : found->second;
}

/// Also of annotations of other prefixes, by their whole key.
Position AnnotationReader::place_of(std::string_view name) const {
  const doc::Value* other = name.find('/') == std::string_view::npos ? nullptr : ingress_.annotation(name);
  return other == nullptr ? at(name) : other->at();
}

std::optional<At<std::string>> AnnotationReader::text(std::string_view name) const {
  const auto found = accepted_.find(name);
  if (found == accepted_.end() || found->second.value.empty()) return std::nullopt;
  return found->second;
}

std::optional<bool> AnnotationReader::flag(std::string_view name) const {
  const auto value = text(name);
  return value ? parse_bool(value->value) : std::nullopt;
}

std::optional<int64_t> AnnotationReader::number(std::string_view name) const {
  const auto value = text(name);
  return value ? parse_int(value->value) : std::nullopt;
}

void AnnotationReader::report(Severity severity, std::string_view id, std::string_view name, std::string message,
                              std::string fix) const {
  diagnostics_.push_back({severity,
                          std::string(id),
                          "Ingress " + ingress_.key.ns + "/" + ingress_.key.name,
                          "metadata.annotations[" +
                              std::string(name.find('/') == std::string_view::npos ? kAnnotationPrefix : "") + std::string(name) +
                              "]",
                          one_line(std::move(message)),
                          one_line(std::move(fix)),
                          ingress_.at(place_of(name)),
                          {}});
}

}  // namespace graylane::ingress_nginx
