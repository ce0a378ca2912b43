#include "route/match.h"

namespace graylane::route {

namespace {

/// Captures of the expression that the answer's text refers to: the location's own.
Captures captures_of_path(const Match& match, const TemplateInput& input, Scratch& scratch) {
  if (match.rule == nullptr || match.rule->path_kind != PathKind::kRegex) return {};
  match.host->regexes[match.rule->regex]->search(input.normalised.path, scratch.regex);
  return scratch.regex.captures();
}

void append_query(const Normalised& normalised, std::string& out) {
  if (!normalised.query.empty()) out.append("?").append(normalised.query);
}

/// nginx answers with an absolute Location unless told otherwise.
std::string absolute(std::string location, const TemplateInput& input) {
  if (!location.starts_with('/')) return location;
  return std::string(input.request.tls ? "https://" : "http://").append(input.normalised.host_name) + location;
}

/// The text of the rewrite target, with the captures of the rewrite's own expression. Empty optional: the expression does
/// not match, the path stays.
std::optional<std::string> rewritten(const Match& match, const TemplateInput& input, Scratch& scratch, Captures& captures) {
  if (match.policy == nullptr || !match.policy->rewrite || match.rule->rewrite == kNoIndex) return std::nullopt;
  const Regex& regex = *match.host->regexes[match.rule->rewrite];
  if (regex.search(input.normalised.path, scratch.regex) != RegexOutcome::kMatch) return std::nullopt;
  captures = scratch.regex.captures();
  std::string text;
  render(*match.policy->rewrite, input, captures, text);
  return text;
}

}  // namespace

std::string location_of(const Match& match, const TemplateInput& input, Scratch& scratch) {
  std::string location;
  if (match.kind == Match::Kind::kRewriteRedirect) {
    Captures captures;
    location = rewritten(match, input, scratch, captures).value_or("");
    append_query(input.normalised, location);
    return location;
  }
  // nginx sends no Location with 300.
  if (match.kind != Match::Kind::kRespond || match.response->location.parts.empty() || match.status == 300) return {};
  render(match.response->location, input, captures_of_path(match, input, scratch), location);
  if (match.response->keep_query) append_query(input.normalised, location);
  return match.response->relative ? location : absolute(std::move(location), input);
}

Forwarded forwarded_request(const Match& match, const TemplateInput& input, Scratch& scratch) {
  Forwarded forwarded;
  forwarded.target = input.normalised.target;
  forwarded.host = best_http_host(input);
  Captures captures = captures_of_path(match, input, scratch);
  if (auto text = rewritten(match, input, scratch, captures)) {
    forwarded.valid = !text->empty();
    forwarded.target.clear();
    // A path that came without escapes is sent without: nginx only quotes again what it had unquoted.
    if (input.normalised.path_was_escaped) {
      append_escaped_path(*text, forwarded.target);
    } else {
      forwarded.target = std::move(*text);
    }
    append_query(input.normalised, forwarded.target);
    if (match.policy->forwarded_prefix) render(*match.policy->forwarded_prefix, input, captures, forwarded.forwarded_prefix);
  }
  if (match.policy != nullptr && match.policy->upstream_host) {
    forwarded.host.clear();
    render(*match.policy->upstream_host, input, captures, forwarded.host);
  }
  return forwarded;
}

}  // namespace graylane::route
