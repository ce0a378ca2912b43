#include "dialect/ingress_nginx/annotations.h"

#include <algorithm>
#include <array>

#include "api/config_map.h"
#include "dialect/ingress_nginx/annotation_reader.h"
#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/upstream_annotations.h"

namespace graylane::ingress_nginx {

namespace {

class Builder {
 public:
  Builder(const api::Object& ingress, const ControllerConfig& config, bool validation, const References& references,
          Diagnostics& diagnostics)
      : ingress_(ingress),
        config_(config),
        references_(references),
        diagnostics_(diagnostics),
        reader_(ingress, config, validation, out_, diagnostics) {}

  Annotations build() {
    canary();
    affinity();
    rewrites();
    redirects();
    hosts();
    addresses();
    authentication();
    protections();
    backend();
    limits();
    read_upstream(reader_, config_, out_);
    sticky();
    report_not_yet();
    if (out_.canary.enabled) report_ignored_on_canary();
    return std::move(out_);
  }

 private:
  void warn(std::string_view id, std::string_view name, std::string message, std::string fix) {
    reader_.report(Severity::kWarning, id, name, std::move(message), std::move(fix));
  }

  std::string take(std::string_view name, Position& at) {
    const auto value = reader_.text(name);
    at = reader_.at(name);
    return value ? value->value : std::string();
  }

  void canary() {
    CanaryPolicy& policy = out_.canary;
    policy.enabled = reader_.flag("canary").value_or(false);
    policy.at = reader_.at("canary");
    policy.weight = reader_.number("canary-weight").value_or(0);
    policy.weight_total = reader_.number("canary-weight-total").value_or(100);
    policy.weight_at = reader_.at("canary-weight");
    policy.header = take("canary-by-header", policy.header_at);
    policy.header_value = take("canary-by-header-value", policy.value_at);
    policy.header_pattern = take("canary-by-header-pattern", policy.pattern_at);
    policy.cookie = take("canary-by-cookie", policy.cookie_at);
    if (policy.enabled) {
      warn_canary_traps();
    } else if (policy.has_rules()) {
      const std::string_view first = policy.weight > 0        ? "canary-weight"
                                     : !policy.header.empty() ? "canary-by-header"
                                                              : "canary-by-cookie";
      warn("canary-not-enabled", reader_.has("canary") || reader_.was_refused("canary") ? "canary" : first,
           "this Ingress has canary settings but canary is not \"true\": it is an ordinary Ingress and competes with the stable "
           "one",
           "set canary: \"true\", or delete the object");
    }
  }

  void warn_canary_traps() {
    const CanaryPolicy& policy = out_.canary;
    if (policy.weight_total < 100) {
      warn("canary-total-below-100", "canary-weight-total",
           "canary-weight-total below 100 counts as 100: " + std::to_string(policy.weight) + " is " +
               std::to_string(policy.weight) + " %",
           "write shares of 100, or a total above 100");
    }
    const int64_t total = std::max<int64_t>(policy.weight_total, 100);
    if (policy.weight > total)
      warn("canary-weight-over-total", "canary-weight",
           "a weight over the total of " + std::to_string(total) + " sends everything to the canary",
           "write " + std::to_string(total));
    if (policy.weight < 0)
      warn("canary-weight-negative", "canary-weight", "a negative weight sends nothing to the canary", "write 0");
    if (policy.header.empty() && (!policy.header_value.empty() || !policy.header_pattern.empty())) {
      warn("canary-header-missing", policy.header_value.empty() ? "canary-by-header-pattern" : "canary-by-header-value",
           "without canary-by-header this has no effect", "add canary-by-header");
    }
    if (!policy.header_value.empty() && !policy.header_pattern.empty()) {
      warn("canary-pattern-unused", "canary-by-header-pattern", "canary-by-header-value is set too: the pattern is never asked",
           "remove one of the two");
    }
    if (policy.header.find_first_of(" ./:~") != std::string::npos) {
      warn("canary-header-never-seen", "canary-by-header", "nginx drops request headers with such a name: the rule never matches",
           "use letters, digits and -");
    }
    const std::string_view refused = reader_.was_refused("canary-by-header-value")     ? "canary-by-header-value"
                                     : reader_.was_refused("canary-by-header-pattern") ? "canary-by-header-pattern"
                                                                                       : "";
    if (!refused.empty() && !policy.header.empty() && policy.header_value.empty() && policy.header_pattern.empty()) {
      warn("canary-value-degraded", refused,
           "the value was refused, so the header " + policy.header + " now means always/never for every client",
           "mend the value");
    }
    if (!policy.has_rules() && !out_.dropped && reader_.at("canary-weight").line == 0)
      warn("canary-without-rules", "canary", "no weight, header or cookie is set: this canary gets no traffic",
           "add canary-weight or canary-by-header");
  }

  void affinity() {
    const auto type = reader_.text("affinity");
    out_.cookie_affinity = type && type->value == "cookie";
    if (type && !out_.cookie_affinity)
      warn("affinity-unknown", "affinity", "only \"cookie\" is known; it is ignored", "write cookie");
    read_affinity(reader_, out_);
    out_.has_affinity_path = reader_.has("session-cookie-path");
    const auto behavior = reader_.text("affinity-canary-behavior");
    out_.legacy_canary_affinity = behavior && behavior->value == "legacy";
    if (behavior && behavior->value != "legacy" && behavior->value != "sticky") {
      warn("affinity-behavior-unknown", "affinity-canary-behavior", "only sticky and legacy are known; it is read as sticky",
           "write sticky or legacy");
    }
  }

  void rewrites() {
    out_.rewrite_target = reader_.text("rewrite-target");
    out_.use_regex = reader_.flag("use-regex").value_or(false);
    out_.use_regex_at = reader_.at("use-regex");
    out_.forwarded_prefix = reader_.text("x-forwarded-prefix");
    if (out_.forwarded_prefix && !out_.rewrite_target) {
      warn("forwarded-prefix-without-rewrite", "x-forwarded-prefix", "without rewrite-target it has no effect",
           "remove it, or let the backend strip the prefix");
    }
    out_.app_root = reader_.text("app-root");
    if (out_.app_root && !out_.app_root->value.starts_with('/')) {
      warn("app-root-not-absolute", "app-root", "app-root must be a path that begins with /; it is ignored",
           "write an absolute path");
      out_.app_root.reset();
    }
  }

  static uint16_t code_between(std::optional<int64_t> code, int64_t most, uint16_t otherwise) {
    return code && *code >= 300 && *code <= most ? static_cast<uint16_t>(*code) : otherwise;
  }

  void check_code(std::string_view name, uint16_t used) {
    const auto code = reader_.number(name);
    if (code && *code != used)
      warn("redirect-code-range", name,
           std::to_string(*code) + " is no redirect status here; " + std::to_string(used) + " is sent",
           "write a status from 300 to 308");
  }

  void redirects() {
    const auto permanent = reader_.text("permanent-redirect");
    const auto temporal = reader_.text("temporal-redirect");
    if (temporal) {
      out_.redirect = temporal;
      out_.redirect_code = code_between(reader_.number("temporal-redirect-code"), 307, 302);
      check_code("temporal-redirect-code", out_.redirect_code);
      if (permanent)
        warn("redirect-shadowed", "permanent-redirect", "temporal-redirect is set too and wins", "remove one of the two");
    } else if (permanent) {
      out_.redirect = permanent;
      out_.redirect_code = code_between(reader_.number("permanent-redirect-code"), 308, 301);
      check_code("permanent-redirect-code", out_.redirect_code);
    }
    out_.from_to_www = reader_.flag("from-to-www-redirect").value_or(false);
    out_.from_to_www_at = reader_.at("from-to-www-redirect");
    out_.relative_redirects = reader_.flag("relative-redirects").value_or(false);
    out_.ssl_redirect = reader_.flag("ssl-redirect").value_or(config_.ssl_redirect);
    out_.force_ssl_redirect = reader_.flag("force-ssl-redirect").value_or(config_.force_ssl_redirect);
    out_.ssl_redirect_at = reader_.at(reader_.has("force-ssl-redirect") ? "force-ssl-redirect" : "ssl-redirect");
    out_.preserve_trailing_slash = reader_.flag("preserve-trailing-slash").value_or(config_.preserve_trailing_slash);
    out_.use_port_in_redirects = reader_.flag("use-port-in-redirects").value_or(config_.use_port_in_redirects);
  }

  void hosts() {
    out_.upstream_host = reader_.text("upstream-vhost");
    if (const auto aliases = reader_.text("server-alias")) {
      for (const std::string_view alias : split_list(aliases->value)) out_.aliases.push_back({std::string(alias), aliases->at});
      std::ranges::sort(out_.aliases, {}, &At<std::string>::value);
    }
  }

  void addresses() {
    out_.allow = config_.allow;
    out_.deny = config_.deny;
    for (const std::string_view name : {"whitelist-source-range", "allowlist-source-range"}) {
      if (const auto list = reader_.text(name)) set_ranges(list, out_.allow, out_.allow_at);
    }
    set_ranges(reader_.text("denylist-source-range"), out_.deny, out_.deny_at);
    const auto satisfy = reader_.text("satisfy");
    out_.satisfy_any = satisfy && satisfy->value == "any";
    if (satisfy && satisfy->value != "any" && satisfy->value != "all")
      warn("satisfy-unknown", "satisfy", "only any and all are known; it is read as all", "write any or all");
  }

  static void set_ranges(const std::optional<At<std::string>>& list, std::vector<route::Cidr>& ranges, Position& at) {
    if (!list) return;
    ranges = parse_cidrs(list->value);
    at = list->at;
  }

  void close(std::string_view name, uint16_t status, std::string why) {
    reader_.report(Severity::kWarning, "protection-fails-closed", name, why,
                   "keep ingress-nginx in front of this host until this is applied here");
    if (!out_.auth) out_.auth = Closed{status, std::move(why), reader_.at(name)};
  }

  /// No exemption of authentication (satisfy, no-auth-locations) opens these.
  void close_wholly(std::string_view name, std::string why) {
    reader_.report(Severity::kWarning, "protection-fails-closed", name, why,
                   "keep ingress-nginx in front of this host until this is applied here");
    if (!out_.denied) out_.denied = Closed{503, std::move(why), reader_.at(name)};
  }

  void authentication() {
    const auto type = reader_.text("auth-type");
    const auto secret = reader_.text("auth-secret");
    if (type) {
      if (!secret) {
        reader_.deny("auth-type", "auth-type without auth-secret: the Ingress's paths answer 503 rather than be open");
      } else if (check_secret(*secret)) {
        close("auth-type", 503,
              "auth-type " + type->value + " cannot be checked yet: the Ingress's paths answer 503 rather than be open");
      }
    } else if (secret) {
      warn("auth-secret-alone", "auth-secret", "auth-secret without auth-type protects nothing: the paths are open",
           "add auth-type: basic");
    }
    if (const auto url = reader_.text("auth-url")) {
      if (!is_url(url->value)) {
        reader_.deny("auth-url", "auth-url: \"" + url->value +
                                     "\" has no scheme or host; the Ingress's paths answer 503 rather than be open");
      } else {
        close("auth-url", 500,
              "auth-url cannot be asked yet: the Ingress's paths answer 500, as ingress-nginx does when the service does not "
              "answer");
      }
    } else if (reader_.has("auth-signin")) {
      warn("auth-signin-alone", "auth-signin", "auth-signin without auth-url has no effect: the paths are open", "add auth-url");
    }
    if (!config_.global_auth_url.empty() && reader_.flag("enable-global-auth").value_or(true) && !reader_.has("auth-url")) {
      // The ConfigMap's diagnostic says it once.
      if (!out_.auth)
        out_.auth = Closed{500, "global-auth-url of the ConfigMap cannot be asked yet: the Ingress's paths answer 500", {}};
    }
  }

  static bool is_url(std::string_view text) {
    const size_t colon = text.find("://");
    return colon != std::string_view::npos && colon > 0 && text.size() > colon + 3 && text[colon + 3] != '/';
  }

  /// False: it is missing or of another namespace, and the locations are denied.
  bool check_secret(const At<std::string>& secret) {
    const size_t slash = secret.value.find('/');
    const std::string ns = slash == std::string::npos ? ingress_.key.ns : secret.value.substr(0, slash);
    const std::string name = slash == std::string::npos ? secret.value : secret.value.substr(slash + 1);
    if (ns != ingress_.key.ns && !config_.allow_cross_namespace) {
      reader_.deny("auth-secret", "auth-secret names a Secret of another namespace; the Ingress's paths answer 503");
      return false;
    }
    if (!references_.has_secret(ns, name)) {
      reader_.deny("auth-secret", "the Secret " + ns + "/" + name + " does not exist; the Ingress's paths answer 503");
      return false;
    }
    return true;
  }

  void protections() {
    if (const auto secret = reader_.text("auth-tls-secret")) {
      const auto verify = reader_.text("auth-tls-verify-client");
      // The Secret is fetched first: a missing one closes the host whatever is to be verified.
      if (!verify || verify->value != "off" || !is_known_secret(secret->value)) {
        const std::string why =
            "auth-tls-secret " + secret->value + ": client certificates cannot be checked yet, so the whole host answers 403";
        reader_.report(Severity::kWarning, "protection-fails-closed", "auth-tls-secret", why,
                       "keep ingress-nginx in front of this host until this is applied here");
        out_.host_auth = Closed{403, why, secret->at};
      }
    }
    if (reader_.flag("enable-modsecurity").value_or(false)) {
      close_wholly(
          "enable-modsecurity",
          "enable-modsecurity: the web application firewall is not there; the Ingress's paths answer 503 rather than be open");
    }
    if (!config_.closed_why.empty() && !out_.denied) out_.denied = Closed{503, config_.closed_why, {}};
    if (const auto secret = reader_.text("proxy-ssl-secret")) {
      if (!is_known_secret(secret->value))
        reader_.deny("proxy-ssl-secret",
                     "proxy-ssl-secret: the Secret \"" + secret->value + "\" does not exist; the Ingress's paths answer 503");
    }
    custom_headers();
  }

  bool is_known_secret(std::string_view reference) const {
    const size_t slash = reference.find('/');
    if (slash == std::string_view::npos) return false;
    const std::string_view ns = reference.substr(0, slash);
    return (ns == ingress_.key.ns || config_.allow_cross_namespace) && references_.has_secret(ns, reference.substr(slash + 1));
  }

  /// ingress-nginx denies the location unless the ConfigMap is there and each of its headers is allowed globally.
  void custom_headers() {
    const auto reference = reader_.text("custom-headers");
    if (!reference) return;
    const size_t slash = reference->value.find('/');
    const std::string ns = slash == std::string::npos ? ingress_.key.ns : reference->value.substr(0, slash);
    const api::Object* map = references_.config_map(ns, reference->value.substr(slash == std::string::npos ? 0 : slash + 1));
    if (map == nullptr)
      return reader_.deny("custom-headers", "custom-headers: the ConfigMap \"" + reference->value +
                                                "\" does not exist; the Ingress's paths answer 503");
    for (const auto& [header, entry] : api::read_config_map(*map).data) {
      if (std::ranges::find(config_.allowed_response_headers, header) != config_.allowed_response_headers.end()) continue;
      return reader_.deny("custom-headers", "custom-headers: " + header +
                                                " is not in global-allowed-response-headers; the Ingress's paths answer 503");
    }
  }

  void backend() {
    out_.default_backend = reader_.text("default-backend");
    const auto balance = reader_.text("load-balance");
    out_.load_balance = balance ? balance->value : config_.load_balance;
    if (const auto hash = reader_.text("upstream-hash-by")) out_.hash_by = hash->value;
    if (reader_.flag("upstream-hash-by-subset").value_or(false)) {
      out_.hash_subset_size =
          static_cast<uint32_t>(std::clamp<int64_t>(reader_.number("upstream-hash-by-subset-size").value_or(3), 1, 1'000'000));
    }
    out_.service_upstream = reader_.flag("service-upstream").value_or(false);
  }

  std::chrono::seconds timeout(std::string_view name, std::chrono::seconds otherwise) {
    const auto value = reader_.number(name);
    if (!value) return otherwise;
    if (*value >= 0 && *value <= INT32_MAX) return std::chrono::seconds(*value);
    reader_.report(
        Severity::kError, "value-would-freeze", name,
        std::string(name) + ": " + std::to_string(*value) +
            " is no time: nginx would refuse the whole configuration and take no further change; the default is in force here",
        "write seconds, 0 or more");
    return otherwise;
  }

  void limits() {
    const auto size = reader_.text("proxy-body-size");
    out_.body_bytes_max = size ? parse_size(size->value).value_or(config_.body_bytes_max) : config_.body_bytes_max;
    out_.connect_timeout = timeout("proxy-connect-timeout", config_.connect_timeout);
    out_.read_timeout = timeout("proxy-read-timeout", config_.read_timeout);
    out_.send_timeout = timeout("proxy-send-timeout", config_.send_timeout);
    if (const auto burst = reader_.number("limit-burst-multiplier"); burst && *burst <= 0) {
      reader_.report(Severity::kError, "value-would-freeze", "limit-burst-multiplier",
                     "a multiplier of 0 or less makes nginx refuse the whole configuration; it is ignored here",
                     "write 1 or more");
    }
    check_buffers();
    if (const auto signin = reader_.text("auth-signin"); signin && signin->value.find(' ') != std::string::npos) {
      reader_.report(Severity::kError, "value-would-freeze", "auth-signin",
                     "blanks in auth-signin make nginx refuse the whole configuration; it is ignored here",
                     "escape the blanks as %20");
    }
  }

  /// nginx wants busy buffers of at least one buffer, and smaller than all but one of them.
  void check_buffers() {
    const auto busy = reader_.text("proxy-busy-buffers-size");
    if (!busy) return;
    const auto buffer = reader_.text("proxy-buffer-size");
    const uint64_t one = buffer ? parse_size(buffer->value).value_or(4096) : 4096;
    const auto size = parse_size(busy->value);
    if (size && *size >= one) return;
    reader_.report(Severity::kError, "value-would-freeze", "proxy-busy-buffers-size",
                   "less than proxy-buffer-size: nginx would refuse the whole configuration; it is ignored here",
                   "write at least the size of one buffer");
  }

  void sticky() {
    constexpr std::string_view kKey = "graylane.dev/split-by";
    report_unknown_own(kKey);
    const doc::Value* value = ingress_.annotation(kKey);
    if (value == nullptr || !value->is_string()) return;
    out_.sticky_at = value->at();
    const std::string_view text = trim(*value->as_string());
    if (text == "source-ip") {
      out_.sticky.key = route::Sticky::Key::kSourceIp;
    } else if (text.starts_with("cookie:") && is_token(text.substr(7))) {
      out_.sticky.key = route::Sticky::Key::kCookie;
      out_.sticky.name = text.substr(7);
    } else if (text.starts_with("header:") && is_token(text.substr(7))) {
      out_.sticky.key = route::Sticky::Key::kHeader;
      out_.sticky.name = lower_case(text.substr(7));
    } else {
      reader_.report(Severity::kError, "split-by-unknown", kKey,
                     "split-by: \"" + std::string(text) + "\" is not understood; the split is not sticky",
                     "write cookie:NAME, header:NAME or source-ip");
    }
  }

  void report_unknown_own(std::string_view known) {
    for (const doc::Member& member : ingress_.annotations()) {
      if (member.key.starts_with("graylane.dev/") && member.key != known && member.key != api::kOrderAnnotation) {
        reader_.report(Severity::kWarning, "annotation-unknown", member.key, "Graylane knows no annotation " + member.key,
                       "did you mean " + std::string(known) + "?");
      }
    }
  }

  static bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, [](char c) {
      return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
  }

  /// A canary is served with the settings of the stable Ingress: whatever was said of its own ones does not hold.
  void report_ignored_on_canary() {
    for (const doc::Member& member : ingress_.annotations()) {
      if (!member.key.starts_with(kAnnotationPrefix)) continue;
      const std::string_view name = std::string_view(member.key).substr(kAnnotationPrefix.size());
      const AnnotationSpec* spec = find_annotation(name);
      if (spec == nullptr || is_honoured_on_canary(name) ||
          (spec->support != Support::kApplied && spec->support != Support::kProtection))
        continue;
      const std::string field = "metadata.annotations[" + member.key + "]";
      std::erase_if(diagnostics_, [&](const Diagnostic& d) {
        return d.field == field && (d.id == "protection-fails-closed" || d.id == "location-denied") &&
               d.where.at == member.value.at();
      });
      warn("canary-annotation-ignored", name,
           std::string(name) + " has no effect on a canary: the settings of the stable Ingress hold for both versions",
           "set it on the stable Ingress");
    }
  }

  static bool is_honoured_on_canary(std::string_view name) {
    constexpr auto kOthers = std::to_array<std::string_view>({"load-balance", "service-upstream"});
    const bool by_prefix = name.starts_with("canary") || name.starts_with("affinity") || name.starts_with("session-cookie-") ||
                           name.starts_with("upstream-hash-by") || name.starts_with("auth-tls-") ||
                           name.starts_with("proxy-ssl-");
    return by_prefix || std::ranges::find(kOthers, name) != kOthers.end();
  }

  void close_snippet(std::string_view name) {
    close_wholly(name,
                 std::string(name) +
                     " is nginx configuration and is not understood: it may protect the path, so the Ingress's paths answer 503");
    if (name != "server-snippet" || out_.host_auth) return;
    out_.host_auth = Closed{503, "server-snippet may protect the whole host, which answers 503", reader_.at(name)};
  }

  void report_not_yet() {
    for (const doc::Member& member : ingress_.annotations()) {
      if (!member.key.starts_with(kAnnotationPrefix)) continue;
      const std::string_view name = std::string_view(member.key).substr(kAnnotationPrefix.size());
      const AnnotationSpec* spec = find_annotation(name);
      if (spec == nullptr || !reader_.has(name) || (spec->support != Support::kNotYet && spec->support != Support::kSnippet))
        continue;
      if (spec->support == Support::kSnippet) {
        close_snippet(name);
        continue;
      }
      if (spec->check == Check::kBool && reader_.flag(name) == std::optional<bool>(false)) continue;
      out_.not_yet.emplace_back(name);
      warn("annotation-not-applied", name, std::string(name) + " is known and has no effect yet", "");
    }
  }

  const api::Object& ingress_;
  const ControllerConfig& config_;
  const References& references_;
  Diagnostics& diagnostics_;
  Annotations out_;
  AnnotationReader reader_;
};

}  // namespace

Annotations read_annotations(const api::Object& ingress, const ControllerConfig& config, bool validation,
                             const References& references, Diagnostics& diagnostics) {
  return Builder(ingress, config, validation, references, diagnostics).build();
}

}  // namespace graylane::ingress_nginx
