#include "dialect/ingress_nginx/upstream_annotations.h"

#include <algorithm>

#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/upstream_values.h"

namespace graylane::ingress_nginx {

namespace {

using route::Affinity;

void warn_ignored(const AnnotationReader& reader, std::string_view name, std::string why, std::string fix) {
  reader.report(Severity::kWarning, "annotation-ignored", name,
                std::string(name) + ": " + std::move(why) + "; it counts as absent", std::move(fix));
}

/// A text for a Set-Cookie field.
std::string cookie_text(const AnnotationReader& reader, std::string_view name, std::string otherwise) {
  const auto value = reader.text(name);
  if (!value) return otherwise;
  if (is_cookie_text(value->value)) return value->value;
  warn_ignored(reader, name, "the value cannot stand in a cookie", "remove ; and control characters");
  return otherwise;
}

void read_same_site(const AnnotationReader& reader, Affinity& affinity) {
  constexpr std::string_view kName = "session-cookie-samesite";
  const auto value = reader.text(kName);
  if (!value) return;
  for (const std::string_view known : {"Strict", "Lax", "None"}) {
    if (lower_case(known) == lower_case(value->value)) affinity.same_site = known;
  }
  if (affinity.same_site.empty()) warn_ignored(reader, kName, "only Strict, Lax and None are known", "write Strict, Lax or None");
}

void read_mode(const AnnotationReader& reader, Affinity& affinity) {
  const auto mode = reader.text("affinity-mode");
  if (!mode) return;
  if (mode->value == "persistent") {
    affinity.mode = Affinity::Mode::kPersistent;
  } else if (mode->value != "balanced") {
    warn_ignored(reader, "affinity-mode", "only balanced and persistent are known", "write balanced or persistent");
  }
}

class UpstreamReader {
 public:
  UpstreamReader(const AnnotationReader& reader, const ControllerConfig& config, Annotations& out)
      : reader_(reader), config_(config), out_(out) {}

  void read() {
    conditions();
    tries();
    out_.upstream.retry.time_max = time_max();
    out_.upstream.cookie_path = cookie_edit("proxy-cookie-path", parse_cookie_path, config_.cookie_path);
    out_.upstream.cookie_domain = cookie_edit("proxy-cookie-domain", parse_cookie_domain, config_.cookie_domain);
    location();
    version();
    head_size();
  }

 private:
  Position place(std::string_view name) {
    const Position at = reader_.at(name);
    if (at.line > 0 && out_.upstream.at.line == 0) out_.upstream.at = at;
    return at;
  }

  void conditions() {
    constexpr std::string_view kName = "proxy-next-upstream";
    route::Retry& retry = out_.upstream.retry;
    retry = config_.retry;
    if (const auto value = reader_.text(kName)) {
      if (const auto parsed = parse_next_upstream(value->value)) {
        retry = *parsed;
        place(kName);
      } else {
        warn_ignored(reader_, kName, "\"" + value->value + "\" has a word that nginx does not know",
                     "write words of nginx's proxy_next_upstream with blanks between them");
      }
    }
    retry.non_idempotent = retry.non_idempotent || config_.retry_non_idempotent;
  }

  void tries() {
    constexpr std::string_view kName = "proxy-next-upstream-tries";
    const auto value = reader_.number(kName);
    const int64_t asked = value && *value >= 0 ? *value : config_.tries;
    if (value && *value < 0) report_freeze(kName, "is no number of tries", "write 1 or more");
    if (value) place(kName);
    out_.upstream.retry.tries_max = tries_within_ceiling(asked);
    if (asked == out_.upstream.retry.tries_max) return;
    const std::string ceiling = std::to_string(route::kTriesCeiling);
    out_.notes.push_back(std::string(kName) + " " + std::to_string(asked) + (asked == 0 ? " (no limit)" : "") + " is read as " +
                         ceiling);
    if (value)
      reader_.report(Severity::kWarning, "tries-over-ceiling", kName,
                     "a request is tried " + ceiling + " times at most, whatever is asked for", "write 1 to " + ceiling);
  }

  std::chrono::seconds time_max() {
    constexpr std::string_view kName = "proxy-next-upstream-timeout";
    const auto value = reader_.number(kName);
    if (!value) return config_.next_upstream_timeout;
    place(kName);
    if (*value >= 0 && *value <= INT32_MAX) return std::chrono::seconds(*value);
    report_freeze(kName, "is no time", "write seconds, 0 or more");
    return config_.next_upstream_timeout;
  }

  template <class Parse>
  std::optional<route::CookieEdit> cookie_edit(std::string_view name, Parse&& parse,
                                               const std::optional<route::CookieEdit>& otherwise) {
    const auto value = reader_.text(name);
    if (!value) return otherwise;
    place(name);
    if (value->value == "off") return std::nullopt;
    auto edit = parse(value->value);
    if (edit) return edit;
    warn_ignored(reader_, name, "\"" + value->value + "\" is not two words that can be applied",
                 "write what is replaced, a blank, and what stands there instead");
    return otherwise;
  }

  void location() {
    const auto from = reader_.text("proxy-redirect-from");
    const auto to = reader_.text("proxy-redirect-to");
    const std::string& first = from ? from->value : config_.redirect_from;
    const std::string& second = to ? to->value : config_.redirect_to;
    if (first == "default") return set_location(default_location_edit());
    if (first == "off" || second == "off") {
      if (from && first != "off") warn_half("proxy-redirect-from", "proxy-redirect-to");
      if (to && second != "off" && !from) warn_half("proxy-redirect-to", "proxy-redirect-from");
      return;
    }
    auto edit = parse_location_edit(first, second);
    if (edit) return set_location(std::move(*edit));
    if (from || to)
      report_freeze(from ? "proxy-redirect-from" : "proxy-redirect-to", "is nothing that nginx takes: " + edit.error().what,
                    "mend the expression or the variable");
  }

  void set_location(route::LocationEdit edit) {
    edit.relative = out_.relative_redirects;
    out_.upstream.location_at = place("proxy-redirect-from");
    out_.upstream.location = std::move(edit);
  }

  void warn_half(std::string_view name, std::string_view other) {
    reader_.report(Severity::kWarning, "redirect-edit-half", name,
                   std::string(name) + " without " + std::string(other) + " has no effect", "add " + std::string(other));
  }

  void version() {
    constexpr std::string_view kName = "proxy-http-version";
    const auto value = reader_.text(kName);
    out_.upstream.http_1_0 = config_.http_1_0;
    if (!value) return;
    place(kName);
    if (value->value == "1.0" || value->value == "1.1") {
      out_.upstream.http_1_0 = value->value == "1.0";
    } else {
      warn_ignored(reader_, kName, "only 1.0 and 1.1 are known", "write 1.0 or 1.1");
    }
  }

  /// nginx reads an answer's head into one buffer of this size, and gives up when it is full.
  void head_size() {
    constexpr std::string_view kName = "proxy-buffer-size";
    uint64_t asked = config_.buffer_size;
    if (const auto value = reader_.text(kName)) {
      place(kName);
      asked = parse_size(value->value).value_or(0);
      if (asked == 0) {
        warn_ignored(reader_, kName, "no answer's head would fit in", "write a size such as 16k");
        asked = config_.buffer_size;
      }
    }
    out_.upstream.head_bytes_max = static_cast<uint32_t>(std::min<uint64_t>(asked, route::kResponseHeadCeiling));
  }

  void report_freeze(std::string_view name, const std::string& problem, std::string fix) {
    reader_.report(Severity::kError, "value-would-freeze", name,
                   std::string(name) + " " + problem +
                       ": nginx would refuse the whole configuration and take no further change; the default is in force here",
                   std::move(fix));
  }

  const AnnotationReader& reader_;
  const ControllerConfig& config_;
  Annotations& out_;
};

}  // namespace

void read_affinity(const AnnotationReader& reader, Annotations& out) {
  Affinity& affinity = out.affinity;
  out.affinity_at = reader.at("affinity");
  affinity.cookie = cookie_text(reader, "session-cookie-name", "INGRESSCOOKIE");
  if (affinity.cookie.find('=') != std::string::npos) affinity.cookie = "INGRESSCOOKIE";
  affinity.path = cookie_text(reader, "session-cookie-path", "");
  affinity.domain = cookie_text(reader, "session-cookie-domain", "");
  affinity.expires_seconds = reader.number("session-cookie-expires");
  affinity.max_age_seconds = reader.number("session-cookie-max-age");
  read_mode(reader, affinity);
  read_same_site(reader, affinity);
  affinity.conditional_same_site_none = reader.flag("session-cookie-conditional-samesite-none").value_or(false);
  affinity.change_on_failure = reader.flag("session-cookie-change-on-failure").value_or(false);
  if (const auto secure = reader.flag("session-cookie-secure"))
    affinity.secure = *secure ? Affinity::Secure::kAlways : Affinity::Secure::kNever;
}

void read_upstream(const AnnotationReader& reader, const ControllerConfig& config, Annotations& out) {
  UpstreamReader(reader, config, out).read();
}

}  // namespace graylane::ingress_nginx
