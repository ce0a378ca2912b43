#include "dialect/ingress_nginx/emit_host.h"

#include <algorithm>

#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/traps.h"

namespace graylane::ingress_nginx {

using route::PathKind;
using route::Response;
using route::Rule;
using route::RuleKind;
using route::TextTemplate;

namespace {

/// Text between quotes in nginx's configuration: a backslash hides quotes and itself.
std::string unquoted(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\'' || text[i + 1] == '\\');
    if (escapes) ++i;
    out.push_back(text[i]);
  }
  return out;
}

bool ends_with_slash(const std::string& path) { return path.size() > 1 && path.back() == '/'; }

std::string_view without_slash(std::string_view path) { return path.substr(0, path.size() - (path.ends_with('/') ? 1 : 0)); }

/// Where the implicit parts of a rule list stand among prefixes: by length of what they match.
struct PrefixRule {
  const Location* location = nullptr;
  bool redirect = false;  // "/a" of a location "/a/"
  size_t length = 0;
  size_t order = 0;
};

std::string with_slash(const std::string& path) { return path.ends_with('/') ? path : path + "/"; }

/// Whether the path, with a '/' at its end, begins with an item of the list.
bool is_below(std::string_view path, const std::vector<std::string>& list) {
  return std::ranges::any_of(list, [&](std::string_view item) {
    return path.starts_with(item) || (!path.ends_with('/') && item.ends_with('/') && item.substr(0, item.size() - 1) == path);
  });
}

}  // namespace

bool needs_rewrite(const Location& location) {
  if (location.ingress == nullptr || !location.redirects_apply()) return false;
  const auto& target = location.ingress->annotations.rewrite_target;
  return target && target->value != location.path;
}

bool asks_for_regex(const Location& location) {
  return needs_rewrite(location) ||
         (location.ingress != nullptr && location.redirects_apply() && location.ingress->annotations.use_regex);
}

HostEmitter::HostEmitter(const EmitInput& input, const Server& server, bool is_alias, Emitted& emitted, Reporter* reporter)
    : input_(input),
      server_(server),
      is_alias_(is_alias),
      emitted_(emitted),
      reporter_(reporter),
      host_(std::make_shared<route::Host>()) {
  locations_.reserve(server.locations.size());
  for (const Location& location : server.locations) locations_.push_back(&location);
  std::ranges::sort(locations_, [](const Location* a, const Location* b) {
    if (a->path.size() != b->path.size()) return a->path.size() > b->path.size();
    const int order = a->path.compare(b->path);
    return order != 0 ? order > 0 : a < b;  // of equal ones the older first
  });
  regex_mode_ = std::ranges::any_of(server.locations, asks_for_regex);
  if (server.host != kCatchAll) host_->name = server.host;
}

route::HostPtr HostEmitter::build() {
  if (server_.named_by != nullptr) host_->at = origin(*server_.named_by, server_.at);
  if (server_.closed_by != nullptr) {
    const Closed& closed = *server_.closed_by->annotations.host_auth;
    host_->closed = Response{closed.status, {}, false, false, closed.why, origin(*server_.closed_by, closed.at)};
  }
  add_app_root();
  if (regex_mode_) {
    add_regex_rules();
    if (reporter_ != nullptr) report_regex_traps(server_, *reporter_);
  } else {
    drop_duplicates();
    add_exact_and_prefix_rules();
  }
  if (server_.host == kCatchAll && regex_mode_) add_status_pages();
  if (reporter_ != nullptr) {
    report_location_traps(server_, locations_, regex_mode_, *reporter_);
    report_acme_trap(server_, input_.config, *reporter_);
  }
  host_->rules.shrink_to_fit();
  host_->splits.shrink_to_fit();
  host_->responses.shrink_to_fit();
  emitted_.unindexed.push_back(host_);
  return host_;
}

/// "/a" and "/a/" of type Prefix would be one nginx location twice: nginx refuses its whole configuration. The younger goes.
void HostEmitter::drop_duplicates() {
  using Name = std::pair<LocationType, std::string_view>;
  std::vector<std::pair<Name, const Location*>> names;  // of one name the older first
  names.reserve(server_.locations.size());
  for (const Location& location : server_.locations) {
    const bool prefix = location.type == LocationType::kPrefix;
    names.emplace_back(Name(location.type, prefix ? without_slash(location.path) : std::string_view(location.path)), &location);
  }
  std::ranges::sort(names);
  for (size_t i = 1, first = 0; i < names.size(); ++i) {
    if (names[i].first != names[first].first) first = i;
    if (i != first) drop_duplicate(*names[i].second, *names[first].second);
  }
}

void HostEmitter::drop_duplicate(const Location& location, const Location& older) {
  if (location.ingress == nullptr) return;
  std::erase(locations_, &location);
  report(Severity::kError, "path-would-freeze", *location.ingress, location.at, "",
         "the path " + location.path + " is the same nginx location as " + older.path + " of " + older.ingress->title() +
             ": nginx would refuse the whole configuration and take no further change; here only this path is left out",
         "remove one of the two paths");
}

void HostEmitter::add_exact_and_prefix_rules() {
  std::vector<PrefixRule> prefixes;
  prefixes.reserve(locations_.size());
  for (const Location* location : locations_) {
    if (location->type == LocationType::kExact) {
      add_rule(*location, PathKind::kExact, location->path);
    } else {
      prefixes.push_back({location, false, location->path.size(), prefixes.size()});
    }
    if (ends_with_slash(location->path)) prefixes.push_back({location, true, location->path.size() - 1, prefixes.size()});
  }
  std::ranges::sort(prefixes, [](const PrefixRule& a, const PrefixRule& b) {
    return std::tuple(b.length, a.redirect, a.order) < std::tuple(a.length, b.redirect, b.order);
  });
  host_->rules.reserve(host_->rules.size() + locations_.size());
  bool pages_added = server_.host != kCatchAll;
  for (const PrefixRule& prefix : prefixes) {
    if (!pages_added && prefix.length <= 1) {
      add_status_pages();
      pages_added = true;
    }
    if (prefix.redirect) {
      add_slash_redirect(*prefix.location);
    } else {
      add_rule(*prefix.location, ends_with_slash(prefix.location->path) ? PathKind::kPrefix : PathKind::kSegmentPrefix,
               prefix.location->path);
    }
  }
}

void HostEmitter::add_regex_rules() {
  std::set<std::string_view> exact;
  for (const Location* location : locations_) {
    if (location->type == LocationType::kExact) exact.insert(location->path);
  }
  for (const Location* location : locations_) {
    const bool plain = location->type == LocationType::kPrefix && location->path != "/" && !asks_for_regex(*location);
    // ingress-nginx makes two expressions of a plain path, "^/a/" and "^/a", the second one only without an Exact "/a". The
    // second one covers the first, unless the path without its slash is the rewrite target.
    const bool has_exact = plain && exact.contains(location->path);
    const bool rewrites = location->ingress != nullptr && location->ingress->annotations.rewrite_target.has_value();
    if (has_exact || (plain && rewrites))
      add_rule(*location, PathKind::kRegex, "^" + unquoted(with_slash(location->path)), plain && rewrites);
    if (!has_exact) add_rule(*location, PathKind::kRegex, "^" + unquoted(location->path));
  }
}

void HostEmitter::add_rule(const Location& location, PathKind kind, std::string path, bool rewrites_with_slash) {
  Rule rule;
  rule.path_kind = kind;
  rule.path = std::move(path);
  rule.implicit = location.is_default && location.upstream == nullptr;
  if (location.ingress != nullptr) rule.at = origin(*location.ingress, location.at);
  if (kind == PathKind::kRegex) {
    rule.regex = regex_index(rule.path);
    if (rule.regex == route::kNoIndex) {
      return report(Severity::kError, "regex-would-freeze", *location.ingress, location.at, "",
                    "the path " + location.path +
                        " is no regular expression that compiles, on a host in regex mode: nginx would refuse the whole "
                        "configuration and take no further change; here only this path is left out",
                    "mend the expression");
    }
  }
  rule.policy = policy_index(location);
  rule.https_redirect_exempt = is_below(location.path, input_.config.no_tls_redirect_locations);
  if (rewrites_with_slash) rule.rewrite = regex_index("(?i)" + unquoted(with_slash(location.path)));
  if (needs_rewrite(location)) rule.rewrite = regex_index("(?i)" + unquoted(location.path));
  if (set_target(location, rule)) host_->rules.push_back(std::move(rule));
}

/// nginx answers 301 for the path without its slash, before anything else of the location.
void HostEmitter::add_slash_redirect(const Location& location) {
  Response response;
  response.status = 301;
  std::string escaped;
  route::append_escaped_path(location.path, escaped);
  response.location = TextTemplate::literal(std::move(escaped));
  response.keep_query = true;
  response.why = "the path of the rule ends in /: the request without it is redirected, POST too";
  Rule rule;
  rule.path_kind = PathKind::kExact;
  rule.path = location.path.substr(0, location.path.size() - 1);
  rule.kind = RuleKind::kRespondAtOnce;
  rule.policy = policy_index(location);
  rule.implicit = true;
  if (location.ingress != nullptr) {
    response.relative = location.ingress->annotations.relative_redirects;
    response.at = rule.at = origin(*location.ingress, location.at);
  }
  rule.target = add_response(std::move(response));
  host_->rules.push_back(std::move(rule));
}

void HostEmitter::add_app_root() {
  for (const Location* location : locations_) {
    if (location->ingress == nullptr || !location->redirects_apply() || !location->ingress->annotations.app_root) continue;
    const At<std::string>& root = *location->ingress->annotations.app_root;
    Response response;
    response.status = 302;
    response.location = text_template("$scheme://$http_host" + root.value, *location->ingress, *location);
    response.why = "app-root: exactly / is redirected, by the scheme of the connection";
    Rule rule;
    response.at = rule.at = origin(*location->ingress, root.at);
    rule.path_kind = PathKind::kExact;
    rule.path = "/";
    rule.kind = RuleKind::kRespondAtOnce;
    rule.policy = policy_index(*location);
    rule.implicit = true;
    rule.target = add_response(std::move(response));
    host_->rules.push_back(std::move(rule));
    return;
  }
}

/// What ingress-nginx's own catch-all server answers itself.
void HostEmitter::add_status_pages() {
  const auto page = [&](std::string path, RuleKind kind, std::shared_ptr<const route::Policy> policy, std::string why) {
    Rule rule;
    rule.path_kind = PathKind::kPrefix;
    rule.path = std::move(path);
    rule.kind = kind;
    rule.implicit = true;
    rule.policy = static_cast<uint32_t>(host_->policies.size());
    host_->policies.push_back(std::move(policy));
    rule.target = add_response(Response{200, {}, false, false, std::move(why), {}});
    host_->rules.push_back(std::move(rule));
  };
  page("/healthz", RuleKind::kRespondAtOnce, std::make_shared<const route::Policy>(), "the gateway's own health page");
  auto local_only = std::make_shared<route::Policy>();
  local_only->allow = parse_cidrs("127.0.0.1");
  page("/nginx_status", RuleKind::kRespond, std::move(local_only), "the gateway's own status page");
}

uint32_t HostEmitter::regex_index(const std::string& pattern) {
  const auto [place, is_new] = regexes_.try_emplace(pattern, route::kNoIndex);
  if (!is_new) return place->second;
  const bool is_location = pattern.starts_with('^');
  auto regex = route::Regex::compile(pattern, {.caseless = is_location});
  if (!regex) return route::kNoIndex;
  place->second = static_cast<uint32_t>(host_->regexes.size());
  host_->regexes.push_back(std::move(*regex));
  return place->second;
}

uint32_t HostEmitter::object_index(const Entry& entry) {
  if (last_object_ != nullptr && last_object_->first == &entry) return last_object_->second;
  const auto [place, is_new] = objects_.try_emplace(&entry, static_cast<uint32_t>(host_->objects.size()));
  if (is_new) host_->objects.push_back({entry.title(), entry.object->file});
  last_object_ = &*place;
  return place->second;
}

uint32_t HostEmitter::add_response(Response response) {
  host_->responses.push_back(std::move(response));
  return static_cast<uint32_t>(host_->responses.size() - 1);
}

void HostEmitter::report(Severity severity, std::string_view id, const Entry& entry, Position at, std::string field,
                         std::string message, std::string fix) {
  if (reporter_ != nullptr) reporter_->add(severity, id, entry, at, std::move(field), std::move(message), std::move(fix));
}

}  // namespace graylane::ingress_nginx
