#include "dialect/ingress_nginx/controller_config.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "api/config_map.h"
#include "dialect/ingress_nginx/config_keys.h"
#include "dialect/ingress_nginx/scalars.h"
#include "dialect/ingress_nginx/upstream_values.h"

namespace graylane::ingress_nginx {

namespace {

/// Those that this version cannot apply: what they protect is closed.
constexpr auto kProtections =
    std::to_array<std::string_view>({"block-cidrs", "block-user-agents", "block-referers", "enable-modsecurity", "http-snippet",
                                     "server-snippet", "location-snippet", "modsecurity-snippet"});

class Reader {
 public:
  Reader(const api::Object& object, Diagnostics& diagnostics)
      : object_(object), map_(api::read_config_map(object)), diagnostics_(diagnostics) {}

  void report_keys() {
    for (const auto& [key, entry] : map_.data) {
      switch (config_key(key)) {
        case ConfigKey::kUnknown:
          report(entry.key_at, key, Severity::kWarning, "config-key-unknown",
                 "unknown key " + key + ": ingress-nginx ignores it silently", "check the spelling");
          break;
        case ConfigKey::kNotYet:
          report(entry.key_at, key, Severity::kWarning, "config-key-not-applied",
                 "the key " + key + " is known and has no effect yet", "");
          break;
        case ConfigKey::kApplied:
        case ConfigKey::kInert: break;
      }
    }
  }

  // What a value is read as follows from what it is put into.

  void read(std::string_view key, bool& out) {
    parse(key, "\"true\" or \"false\"", [&](std::string_view text) { return assign(parse_bool(text), out); });
  }
  void read(std::string_view key, std::chrono::seconds& out) {
    parse(key, "seconds, a whole number", [&](std::string_view text) {
      const auto value = parse_int(text);
      if (!value || *value < 0 || *value > INT32_MAX) return false;
      out = std::chrono::seconds(*value);
      return true;
    });
  }
  void read(std::string_view key, uint64_t& out) {
    parse(key, "a size such as 8m", [&](std::string_view text) { return assign(parse_size(text), out); });
  }
  void read(std::string_view key, std::string& out) {
    parse(key, "text", [&](std::string_view text) {
      out = text;
      return true;
    });
  }
  void read(std::string_view key, std::vector<std::string>& out) {
    parse(key, "a list", [&](std::string_view text) {
      out.clear();
      for (const std::string_view item : split_list(text)) out.emplace_back(item);
      return true;
    });
  }
  void read(std::string_view key, Risk& out) {
    constexpr auto kNames = std::to_array<std::string_view>({"Low", "Medium", "High", "Critical"});
    parse(key, "Low, Medium, High or Critical", [&](std::string_view text) {
      const auto found = std::ranges::find(kNames, text);
      if (found == kNames.end()) return false;
      out = static_cast<Risk>(found - kNames.begin());
      return true;
    });
  }

  void retries(ControllerConfig& config) {
    parse("proxy-next-upstream", "words of nginx's proxy_next_upstream", [&](std::string_view text) {
      const auto parsed = parse_next_upstream(text);
      if (parsed) config.retry = *parsed;
      return parsed.has_value();
    });
    parse("proxy-next-upstream-tries", "a number, 1 or more", [&](std::string_view text) {
      const auto value = parse_int(text);
      if (!value || *value < 0) return false;
      config.tries = *value;
      return true;
    });
    if (config.tries != tries_within_ceiling(config.tries))
      note("proxy-next-upstream-tries", "tries-over-ceiling",
           "a request is tried " + std::to_string(route::kTriesCeiling) + " times at most, whatever is asked for", "");
  }
  /// "off", or two words.
  void cookie_edit(std::string_view key, std::optional<route::CookieEdit> (*edit)(std::string_view),
                   std::optional<route::CookieEdit>& out) {
    parse(key, "off, or two words", [&](std::string_view text) {
      out = edit(text);
      return out.has_value() || text == "off";
    });
  }
  void redirect_edit(ControllerConfig& config) {
    if (config.redirect_from == "off" || config.redirect_from == "default" || config.redirect_to == "off") return;
    if (parse_location_edit(config.redirect_from, config.redirect_to)) return;
    note("proxy-redirect-from", "config-would-freeze",
         "proxy-redirect-from and -to hold an expression or a variable that nginx does not take; they are ignored here", "");
    config.redirect_from = "off";
  }
  void http_version(bool& is_1_0) {
    parse("proxy-http-version", "1.0 or 1.1", [&](std::string_view text) {
      is_1_0 = text == "1.0";
      return is_1_0 || text == "1.1";
    });
  }
  void redirect_code(uint16_t& out) {
    constexpr auto kCodes = std::to_array<int64_t>({301, 302, 307, 308});
    parse("http-redirect-code", "301, 302, 307 or 308", [&](std::string_view value) {
      const auto code = parse_int(value);
      if (!code || std::ranges::find(kCodes, *code) == kCodes.end()) return false;
      out = static_cast<uint16_t>(*code);
      return true;
    });
  }
  /// nginx refuses the whole configuration for a status outside 400..599.
  void limit_status(std::string_view key) {
    const auto found = map_.data.find(key);
    if (found == map_.data.end()) return;
    const auto code = parse_int(found->second.value);
    if (code && *code >= 400 && *code <= 599) return;
    report(found->second.at, key, Severity::kError, "config-would-freeze",
           std::string(key) + ": \"" + found->second.value +
               "\" is no status from 400 to 599: nginx would refuse the whole configuration and take no further change; it is "
               "ignored here",
           "write a status from 400 to 599");
  }
  /// A protection of all paths that is asked for and cannot be applied.
  void close(std::string_view key, std::string_view problem, ControllerConfig& config) {
    std::string why =
        std::string(key) + " of the ConfigMap " + std::string(problem) + ": every Ingress's paths answer 503 rather than be open";
    note(key, "protection-fails-closed", why, "");
    if (config.closed_why.empty()) config.closed_why = std::move(why);
  }
  /// An address list that cannot be read must not let everybody in.
  void list_of_addresses(std::string_view key, std::vector<route::Cidr>& out, ControllerConfig& config) {
    const auto found = map_.data.find(key);
    if (found == map_.data.end() || found->second.value.empty()) return;
    if (!are_cidrs(found->second.value)) return close(key, "holds something that is no address or range", config);
    out = parse_cidrs(found->second.value);
  }
  /// nginx reads an answer's head into one buffer.
  void buffer_size(uint64_t& out) {
    parse("proxy-buffer-size", "a size such as 16k", [&](std::string_view text) {
      const auto size = parse_size(text);
      return size != 0U && assign(size, out);
    });
  }
  void forwarded_for(route::ListenerOptions& listener) {
    read("forwarded-for-header", listener.forwarded_for_header);
    listener.forwarded_for_header = lower_case(listener.forwarded_for_header);
    std::ranges::replace(listener.forwarded_for_header, '_', '-');
  }
  void trusted(route::ListenerOptions& listener) {
    const auto found = map_.data.find("proxy-real-ip-cidr");
    const bool is_set = found != map_.data.end() && !found->second.value.empty();
    if (is_set) {
      listener.proxy_real_ip_cidr = parse_cidrs(found->second.value);
      if (are_cidrs(found->second.value)) return;
      note("proxy-real-ip-cidr", "config-value-ignored",
           "proxy-real-ip-cidr holds what is no address or range: only the valid ones are trusted",
           "write addresses and ranges separated by commas");
      // An empty list would trust everybody: nobody is the only safe reading.
      if (listener.proxy_real_ip_cidr.empty()) listener.proxy_real_ip_cidr = {route::Cidr{}};
    } else if (listener.use_forwarded_headers || listener.enable_real_ip) {
      note(listener.use_forwarded_headers ? "use-forwarded-headers" : "enable-real-ip", "forwarded-headers-trust-everybody",
           "forwarded headers are trusted from every client (proxy-real-ip-cidr is 0.0.0.0/0): clients choose their own "
           "address, allow lists included",
           "set proxy-real-ip-cidr to the addresses of your load balancers");
    }
  }
  void protections(ControllerConfig& config) {
    for (const std::string_view key : kProtections) {
      if (has(key) && !is_false(key)) close(key, "cannot be applied yet", config);
    }
    if (config.global_auth_url.empty()) return;
    note("global-auth-url", "protection-fails-closed",
         "global-auth-url cannot be asked yet: paths answer 500 unless their Ingress has enable-global-auth: \"false\"", "");
  }

 private:
  bool has(std::string_view key) const {
    const auto found = map_.data.find(key);
    return found != map_.data.end() && !found->second.value.empty();
  }
  bool is_false(std::string_view key) const {
    return parse_bool(map_.data.find(key)->second.value) == std::optional<bool>(false);
  }
  void note(std::string_view key, std::string_view id, std::string message, std::string fix) {
    const auto found = map_.data.find(key);
    report(found == map_.data.end() ? Position() : found->second.at, key, Severity::kWarning, id, std::move(message),
           std::move(fix));
  }

  template <class T>
  static bool assign(const std::optional<T>& value, T& out) {
    if (value) out = *value;
    return value.has_value();
  }

  template <class F>
  void parse(std::string_view key, std::string_view wanted, F&& take) {
    const auto found = map_.data.find(key);
    if (found == map_.data.end() || found->second.value.empty()) return;
    if (take(std::string_view(found->second.value))) return;
    report(found->second.at, key, Severity::kWarning, "config-value-ignored",
           std::string(key) + ": \"" + found->second.value + "\" is ignored, the default is in force",
           "write " + std::string(wanted));
  }

  void report(Position at, std::string_view key, Severity severity, std::string_view id, std::string message, std::string fix) {
    diagnostics_.push_back({severity,
                            std::string(id),
                            "ConfigMap " + object_.key.ns + "/" + object_.key.name,
                            "data." + std::string(key),
                            one_line(std::move(message)),
                            one_line(std::move(fix)),
                            object_.at(at),
                            {}});
  }

  const api::Object& object_;
  api::ConfigMap map_;
  Diagnostics& diagnostics_;
};

using Place = std::variant<bool*, std::chrono::seconds*, uint64_t*, std::string*, std::vector<std::string>*, Risk*>;

/// The keys whose values are put where they belong as they are.
void read_plain_keys(Reader& reader, ControllerConfig& config) {
  route::ListenerOptions& listener = config.listener;
  const std::pair<std::string_view, Place> keys[] = {
      {"allow-backend-server-header", &listener.pass_server},
      {"allow-cross-namespace-resources", &config.allow_cross_namespace},
      {"allow-snippet-annotations", &config.allow_snippets},
      {"annotations-risk-level", &config.risk_level},
      {"compute-full-forwarded-for", &listener.compute_full_forwarded_for},
      {"enable-real-ip", &listener.enable_real_ip},
      {"enable-underscores-in-headers", &listener.enable_underscores_in_headers},
      {"force-ssl-redirect", &config.force_ssl_redirect},
      {"generate-request-id", &listener.generate_request_id},
      {"global-allowed-response-headers", &config.allowed_response_headers},
      {"global-auth-url", &config.global_auth_url},
      {"hide-headers", &listener.hidden_fields},
      {"ignore-invalid-headers", &listener.ignore_invalid_headers},
      {"load-balance", &config.load_balance},
      {"no-auth-locations", &config.no_auth_locations},
      {"no-tls-redirect-locations", &config.no_tls_redirect_locations},
      {"preserve-trailing-slash", &config.preserve_trailing_slash},
      {"proxy-add-original-uri-header", &listener.add_original_uri},
      {"proxy-body-size", &config.body_bytes_max},
      {"proxy-connect-timeout", &config.connect_timeout},
      {"proxy-next-upstream-timeout", &config.next_upstream_timeout},
      {"proxy-read-timeout", &config.read_timeout},
      {"proxy-redirect-from", &config.redirect_from},
      {"proxy-redirect-to", &config.redirect_to},
      {"proxy-send-timeout", &config.send_timeout},
      {"retry-non-idempotent", &config.retry_non_idempotent},
      {"server-tokens", &config.server_tokens},
      {"ssl-redirect", &config.ssl_redirect},
      {"use-forwarded-headers", &listener.use_forwarded_headers},
      {"use-port-in-redirects", &config.use_port_in_redirects},
  };
  for (const auto& [key, place] : keys) {
    std::visit([&](auto* out) { reader.read(key, *out); }, place);
  }
}

}  // namespace

ControllerConfig read_controller_config(const api::Object& config_map, ControllerConfig config, Diagnostics& diagnostics) {
  Reader reader(config_map, diagnostics);
  reader.report_keys();
  read_plain_keys(reader, config);
  reader.redirect_code(config.http_redirect_code);
  reader.list_of_addresses("whitelist-source-range", config.allow, config);
  reader.list_of_addresses("denylist-source-range", config.deny, config);
  reader.retries(config);
  reader.buffer_size(config.buffer_size);
  reader.cookie_edit("proxy-cookie-path", parse_cookie_path, config.cookie_path);
  reader.cookie_edit("proxy-cookie-domain", parse_cookie_domain, config.cookie_domain);
  reader.redirect_edit(config);
  reader.http_version(config.http_1_0);
  reader.forwarded_for(config.listener);
  reader.trusted(config.listener);
  reader.limit_status("limit-req-status-code");
  reader.limit_status("limit-conn-status-code");
  reader.protections(config);
  return config;
}

}  // namespace graylane::ingress_nginx
