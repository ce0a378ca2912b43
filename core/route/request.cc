#include "route/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace graylane::route {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_caseless(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

/// "X_Canary" on the wire answers for "x-canary": nginx knows both by the variable $http_x_canary.
bool header_names_equal(std::string_view wire, std::string_view canonical) {
  if (wire.size() != canonical.size()) return false;
  for (size_t i = 0; i < wire.size(); ++i) {
    const char c = wire[i] == '_' ? '-' : lower(wire[i]);
    if (c != canonical[i]) return false;
  }
  return true;
}

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

bool nginx_keeps(std::string_view name, const ListenerOptions& options) {
  return std::ranges::all_of(name, [&](char c) {
    if (is_alnum(c) || c == '-') return true;
    return c == '_' ? options.enable_underscores_in_headers : !options.ignore_invalid_headers;
  });
}

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

enum CharClass : uint8_t {
  kPlainHostChar = 1,  // a lower-case letter, a digit or '-'
  kPathMark = 2,       // of a request's target: what may end or change the path
};

constexpr std::array<uint8_t, 256> kCharClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (char c = 'a'; c <= 'z'; ++c) classes[static_cast<uint8_t>(c)] = kPlainHostChar;
  for (char c = '0'; c <= '9'; ++c) classes[static_cast<uint8_t>(c)] = kPlainHostChar;
  classes['-'] = kPlainHostChar;
  for (const uint8_t c : {'\0', '%', '/', '?', '#'}) classes[c] |= kPathMark;
  return classes;
}();

bool is_char(char c, CharClass kind) { return (kCharClasses[static_cast<uint8_t>(c)] & kind) != 0; }

/// Fast path: nothing in the host needs changing or refusing. Labels with one dot between them.
bool is_plain_host(std::string_view host) {
  bool after_label = false;
  for (const char c : host) {
    if (!is_char(c, kPlainHostChar) && !(c == '.' && after_label)) return false;
    after_label = c != '.';
  }
  return after_label;
}

/// How far the target is a path in which nothing needs decoding, merging or resolving.
size_t plain_path_size(std::string_view target) {
  size_t i = 0;
  for (; i < target.size(); ++i) {
    if (!is_char(target[i], kPathMark)) continue;
    if (target[i] != '/') break;
    if (i + 1 < target.size() && (target[i + 1] == '/' || target[i + 1] == '.')) break;
  }
  return i;
}

/// Removes the last segment of `out` for a "..": "/a/b/" becomes "/a/". False when that climbs above the root.
bool climb(std::string& out) {
  if (out.size() <= 1) return false;
  out.pop_back();
  out.resize(out.rfind('/') + 1);
  return true;
}

/// Called when a segment ends (at '/' or at the end): resolves "." and "..". `segment` is where it begins in `out`.
bool finish_segment(std::string& out, size_t segment) {
  const std::string_view text = std::string_view(out).substr(segment);
  if (text == ".") {
    out.resize(segment);
  } else if (text == "..") {
    out.resize(segment);
    return climb(out);
  }
  return true;
}

/// Decodes, merges slashes, resolves dot segments. nginx decodes first, so that %2F separates and %2e%2e climbs.
bool normalise_path(std::string_view path, std::string& out) {
  out.clear();
  size_t segment = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (i + 2 >= path.size() || hex_digit(path[i + 1]) < 0 || hex_digit(path[i + 2]) < 0) return false;
      c = static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
      i += 2;
    }
    if (c == '\0') return false;
    if (c != '/') {
      out.push_back(c);
      continue;
    }
    if (!finish_segment(out, segment)) return false;
    if (out.empty() || out.back() != '/') out.push_back('/');
    segment = out.size();
  }
  return finish_segment(out, segment);
}

/// "App.Example.:8080" is looked up as "app.example".
std::string_view host_name(std::string_view host, std::string& scratch) {
  size_t end = host.size();
  if (!host.empty() && host.front() == '[') {
    const size_t bracket = host.find(']');
    if (bracket != std::string_view::npos) end = bracket + 1;
  } else {
    end = std::min(end, host.find(':'));
  }
  std::string_view name = host.substr(0, end);
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  if (std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) return name;
  scratch.assign(name);
  std::ranges::transform(scratch, scratch.begin(), lower);
  return scratch;
}

/// What nginx answers 400 for.
bool is_valid_host(std::string_view host) {
  if (host.find("..") != std::string_view::npos) return false;
  return std::ranges::none_of(host,
                              [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/' || c == '\\'; });
}

/// "http://host/path" is the path at that host, "http://host?query" the query of its root.
std::string_view origin_form(std::string_view target, std::string_view& authority, std::string& scratch) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_caseless(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t end = std::min(target.find_first_of("/?#"), target.size());
    authority = target.substr(0, end);
    target.remove_prefix(end);
    if (target.empty()) return "/";
    return target.front() == '/' ? target : std::string_view(scratch.assign("/").append(target));
  }
  return target;
}

Normalised refused(Normalised result, uint16_t status, std::string_view why) {
  result.refused_status = status;
  result.refused_why = why;
  return result;
}

bool is_trusted_proxy(const Address& address, const ListenerOptions& options) {
  if (options.proxy_real_ip_cidr.empty()) return true;
  return std::ranges::any_of(options.proxy_real_ip_cidr, [&](const Cidr& range) { return range.contains(address); });
}

/// A port of a forwarded address is read and not used; a bad one makes the address unreadable, as in nginx.
bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65'535;
}

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80".
std::optional<Address> forwarded_address(std::string_view text) {
  if (const auto address = parse_address(text)) return address;
  const bool bracketed = text.starts_with('[');
  const size_t end = bracketed ? text.find(']') : text.rfind(':');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(bracketed ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  return parse_address(text.substr(bracketed ? 1 : 0, bracketed ? end - 1 : end));
}

/// nginx's realip module with real_ip_recursive on: from the right, the first address that is no trusted proxy; unreadable
/// text ends the walk.
Address forwarded_client(Address current, std::string_view list, const ListenerOptions& options) {
  while (is_trusted_proxy(current, options)) {
    while (!list.empty() && (list.back() == ' ' || list.back() == ',')) list.remove_suffix(1);
    const size_t comma = list.find_last_of(", ");
    const auto next = forwarded_address(list.substr(comma + 1));  // npos + 1: from the beginning
    if (!next) break;
    current = *next;
    list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return current;
}

}  // namespace

Normalised normalise(const Request& request, const ListenerOptions& options, TextScratch& scratch) {
  Normalised result;
  result.client = request.peer;
  if (options.use_forwarded_headers || options.enable_real_ip) {
    const std::string_view list = find_header(request, options.forwarded_for_header, options, scratch);
    result.client = forwarded_client(request.peer, list, options);
  }
  if (request.host.empty()) return refused(result, 400, "the Host header is missing or empty");
  std::string_view authority = request.host;
  result.target = request.target.starts_with('/') ? request.target : origin_form(request.target, authority, scratch.target);
  if (is_plain_host(authority)) {
    result.host_name = authority;
  } else {
    if (!is_valid_host(authority)) return refused(result, 400, "the host name has characters that a host name cannot have");
    result.host_name = host_name(authority, scratch.host);
  }
  const size_t plain = plain_path_size(result.target);
  std::string_view path = result.target;
  if (plain < path.size()) {
    path = path.substr(0, path.find('#', plain));
    const size_t question = path.find('?', plain);
    result.has_query = question != std::string_view::npos;
    if (result.has_query) result.query = path.substr(question + 1);
    path = path.substr(0, question);
  }
  if (path.size() > kTargetBytesMax) return refused(result, 414, "the request target is too long");
  if (path.empty() || path.front() != '/') return refused(result, 400, "the path does not begin with /");
  result.path = path;
  if (path.size() == plain) return result;
  result.path_was_escaped = path.find('%') != std::string_view::npos;
  if (!normalise_path(path, scratch.path)) {
    result.refused_status = 400;
    result.refused_why = "the path has a malformed escape, a zero byte or climbs above the root";
    return result;
  }
  result.path = scratch.path;
  return result;
}

std::string_view find_header(const Request& request, std::string_view name, const ListenerOptions& options,
                             TextScratch& scratch) {
  std::string_view found;
  bool joined = false;
  for (const HeaderField& field : request.headers) {
    if (!header_names_equal(field.name, name) || !nginx_keeps(field.name, options)) continue;
    const std::string_view value = trim_spaces(field.value);
    if (found.data() == nullptr) {
      found = value.data() == nullptr ? std::string_view("") : value;
      continue;
    }
    if (!joined) scratch.joined.assign(found);
    joined = true;
    scratch.joined.append(name == "cookie" ? "; " : ", ").append(value);
  }
  if (joined) return scratch.joined;
  if (found.data() == nullptr && name == "host" && !request.host.empty()) return request.host;
  return found;
}

namespace {

/// One Cookie line. After a mismatch the scan goes on from where the comparison stopped, as nginx's does.
std::optional<std::string_view> cookie_in_line(std::string_view line, std::string_view name) {
  const size_t end = line.size();
  size_t i = 0;
  const auto skip_spaces = [&] {
    while (i < end && line[i] == ' ') ++i;
  };
  while (i < end) {
    if (equal_caseless(line.substr(i, name.size()), name)) {
      i += name.size();
      skip_spaces();
      if (i < end && line[i++] == '=') {
        skip_spaces();
        return line.substr(i, std::min(line.find(';', i), end) - i);
      }
    }
    while (i < end && line[i] != ';' && line[i] != ',') ++i;
    if (i < end) ++i;
    skip_spaces();
  }
  return std::nullopt;
}

/// The last value of that name in one line, or nothing.
std::optional<std::string_view> exact_cookie_in_line(std::string_view line, std::string_view name) {
  std::optional<std::string_view> found;
  size_t i = 0;
  while (i < line.size()) {
    i = line.find_first_not_of(" \t", i);
    if (i == std::string_view::npos) break;
    const size_t equals = line.find('=', i);
    if (equals == std::string_view::npos) break;
    const size_t end = std::min(line.find_first_of("; \t", equals + 1), line.size());
    if (line.substr(i, equals - i) == name) found = line.substr(equals + 1, end - equals - 1);
    i = end + 1;
  }
  return found;
}

}  // namespace

std::string_view find_cookie(const Request& request, std::string_view name) {
  for (const HeaderField& field : request.headers) {
    if (!equal_caseless(field.name, "cookie")) continue;
    if (const auto value = cookie_in_line(trim_spaces(field.value), name)) return value->data() ? *value : std::string_view("");
  }
  return {};
}

std::string_view find_cookie_exact(const Request& request, std::string_view name) {
  std::string_view found;
  for (const HeaderField& field : request.headers) {
    if (!equal_caseless(field.name, "cookie")) continue;
    if (const auto value = exact_cookie_in_line(field.value, name)) found = value->data() ? *value : std::string_view("");
  }
  return found;
}

}  // namespace graylane::route
