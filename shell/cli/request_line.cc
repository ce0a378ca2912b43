#include "cli/request_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/suggest.h"
#include "doc/parse.h"
#include "doc/quote.h"

namespace graylane::cli {

namespace {

const std::array<std::string, 7> kKeys = {"method", "proto", "scheme", "host", "path", "headers", "client_ip"};

bool equal_caseless(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// ":8080" of "app.example:8080" and "[::1]:8080"; empty: none.
std::string_view port_part(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  return colon == authority.npos || authority.find(']', colon) != authority.npos ? "" : authority.substr(colon);
}

bool is_port(std::string_view part) {
  if (part.size() <= 1) return true;  // "http://app.example:/" is allowed by RFC 3986
  part.remove_prefix(1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), port);
  return error == std::errc() && end == part.data() + part.size();
}

bool is_bracketed(std::string_view host, std::string_view port) {
  host.remove_suffix(port.size());
  return host.ends_with(']') && host.find(':') != host.npos && route::parse_address(host.substr(1, host.size() - 2)).has_value();
}

/// "http:" is what is left of "http:/app.example/".
bool is_scheme(std::string_view host) { return equal_caseless(host, "http:") || equal_caseless(host, "https:"); }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

class LineParser {
 public:
  LineParser(const FileName& file, uint32_t line_number) : file_(file), line_number_(line_number) {}

  Result<RequestLine> parse(std::string_view line) {
    doc::Parsed parsed = doc::parse_json(line, file_, {.bytes_max = kRequestLineBytesMax, .depth_max = 16});
    if (!parsed.diagnostics.empty()) {
      const Diagnostic& first = parsed.diagnostics.front();
      return refuse(first.where.at, first.message, first.fix);
    }
    const doc::Value& value = parsed.documents.front();
    if (!value.is_object()) {
      return refuse(value.at(),
                    fmt::format("a request is an object, not {} {}", value.is_array() || value.is_int() ? "an" : "a",
                                doc::name_of(value.kind())),
                    R"(write {"host":"app.example","path":"/"})");
    }
    for (const doc::Member& member : *value.as_object()) {
      if (auto read = this->read(member); !read) return std::unexpected(std::move(read.error()));
    }
    return finish(value);
  }

 private:
  std::unexpected<Error> refuse(Position at, std::string what, std::string fix) const {
    at.line = line_number_;
    return fail(ErrorCode::kInvalid, std::move(what), {file_, at}, std::move(fix));
  }

  Result<void> read(const doc::Member& member) {
    if (member.key == "method") return text(member, request_.method);
    if (member.key == "proto") return choice(member, request_.proto, {"http/1.0", "http/1.1", "h2", "h2c"});
    if (member.key == "scheme") return choice(member, scheme_, {"http", "https"});
    if (member.key == "host") return text(member, request_.host, &has_host_);
    if (member.key == "path") return text(member, request_.path, &has_path_);
    if (member.key == "client_ip") return address(member);
    if (member.key == "headers") return headers(member);
    const std::string meant = nearest(member.key, kKeys);
    if (meant.empty()) return {};  // people carry names and notes of their own along
    return refuse(member.key_at, fmt::format("unknown key \"{}\"", member.key), fmt::format("write \"{}\"", meant));
  }

  Result<void> text(const doc::Member& member, std::string& into, bool* seen = nullptr) {
    const std::string* found = member.value.as_string();
    if (found == nullptr)
      return refuse(member.value.at(), fmt::format("\"{}\" must be a string", member.key), "put it in quotes");
    into = *found;
    if (seen != nullptr) *seen = true;
    return {};
  }

  Result<void> choice(const doc::Member& member, std::string& into, std::initializer_list<std::string_view> choices) {
    if (auto read = text(member, into); !read) return read;
    if (std::ranges::find(choices, into) != choices.end()) return {};
    return refuse(member.value.at(), fmt::format("\"{}\" cannot be \"{}\"", member.key, into),
                  fmt::format("write one of {}", fmt::join(choices, ", ")));
  }

  Result<void> address(const doc::Member& member) {
    if (auto read = text(member, request_.client_ip); !read) return read;
    if (route::parse_address(request_.client_ip)) return {};
    return refuse(member.value.at(), fmt::format("\"{}\" is no IP address", request_.client_ip),
                  "write one such as 192.0.2.7 or 2001:db8::1");
  }

  Result<void> headers(const doc::Member& member) {
    const doc::Array* fields = member.value.as_array();
    constexpr auto kFix = R"(write [["Name","value"],...] in the order of the wire)";
    if (fields == nullptr) return refuse(member.value.at(), "\"headers\" must be an array of pairs", kFix);
    for (const doc::Value& field : *fields) {
      const doc::Array* pair = field.as_array();
      if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
        return refuse(field.at(), "a header must be a pair of strings", kFix);
      }
      request_.headers.emplace_back(*(*pair)[0].as_string(), *(*pair)[1].as_string());
    }
    return {};
  }

  Result<RequestLine> finish(const doc::Value& value) {
    constexpr auto kFix = "add it: only host and path are required";
    if (!has_host_) return refuse(value.at(), "the request has no \"host\"", kFix);
    if (!has_path_) return refuse(value.at(), "the request has no \"path\"", kFix);
    request_.tls = scheme_.empty() ? request_.proto == "h2" : scheme_ == "https";
    return std::move(request_);
  }

  const FileName& file_;
  uint32_t line_number_;
  RequestLine request_;
  std::string scheme_;
  bool has_host_ = false;
  bool has_path_ = false;
};

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (out.size() > 1) out += ',';
  doc::append_quoted(out, key);
  out += ':';
  doc::append_quoted(out, value);
}

}  // namespace

route::Request RequestLine::view(std::vector<route::HeaderField>& fields) const {
  fields.clear();
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  route::Request request;
  request.method = method;
  request.host = host;
  request.target = path;
  request.headers = fields;
  request.peer = *route::parse_address(client_ip);
  request.peer_text = client_ip;
  request.tls = tls;
  request.listener_port = tls ? 443 : 80;
  return request;
}

std::string RequestLine::to_json() const {
  std::string out = "{";
  append_member(out, "method", method);
  append_member(out, "proto", proto);
  append_member(out, "scheme", tls ? "https" : "http");
  append_member(out, "host", host);
  append_member(out, "path", path);
  out += ",\"headers\":[";
  for (const auto& [name, value] : headers) {
    if (out.back() == ']') out += ',';
    out += '[';
    doc::append_quoted(out, name);
    out += ',';
    doc::append_quoted(out, value);
    out += ']';
  }
  out += ']';
  append_member(out, "client_ip", client_ip);
  return out + "}";
}

Result<RequestLine> parse_request_line(std::string_view line, const FileName& file, uint32_t line_number) {
  return LineParser(file, line_number).parse(line);
}

Result<RequestLine> parse_url(std::string_view url) {
  const auto refuse = [&](std::string why, std::string fix) {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no URL that can be asked for: {}", url, why), {}, std::move(fix));
  };
  RequestLine request;
  std::string_view rest = url;
  if (const size_t scheme = rest.find("://"); scheme != rest.npos && rest.find_first_of("/?#") > scheme) {
    request.tls = equal_caseless(rest.substr(0, scheme), "https");
    if (!request.tls && !equal_caseless(rest.substr(0, scheme), "http"))
      return refuse("its scheme is neither http nor https", "write http:// or https://");
    rest.remove_prefix(scheme + 3);
  }
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::ranges::any_of(rest, is_blank)) return refuse("it has a blank or a control character", "write %20 for a blank");
  rest = rest.substr(0, rest.find('#'));  // a fragment stays in the browser
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  request.host = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  const std::string_view port = port_part(request.host);
  if (request.host.size() == port.size()) return refuse("it has no host", "write http://HOST/PATH");
  if (is_scheme(request.host)) return refuse("its scheme has one slash", "write http://HOST/PATH");
  if (request.host.starts_with('[') ? !is_bracketed(request.host, port) : std::ranges::count(request.host, ':') > 1)
    return refuse("its host is neither a name nor an address", "write an IPv6 address in brackets: http://[2001:db8::1]/");
  if (!is_port(port)) return refuse("its port is no number up to 65535", "write http://HOST:PORT/PATH");
  request.path = rest.substr(authority.size());
  if (!request.path.starts_with('/')) request.path.insert(0, "/");
  return request;
}

Result<void> add_header(RequestLine& request, std::string_view field) {
  const size_t colon = field.find(':');
  const bool is_empty = colon == field.npos && field.ends_with(';');
  if ((colon == field.npos && !is_empty) || colon == 0) {
    return fail(ErrorCode::kInvalid, fmt::format("-H \"{}\" is no header", field), {},
                "write -H 'Name: value', or -H 'Name;' for an empty value");
  }
  if (has_control(field)) {
    return fail(ErrorCode::kInvalid, fmt::format("the header \"{}\" has a line end or another control character", field), {},
                "leave it away; a second header needs a flag of its own");
  }
  const std::string_view name = is_empty ? field.substr(0, field.size() - 1) : field.substr(0, colon);
  std::string_view value = is_empty ? std::string_view() : field.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  if (equal_caseless(name, "host")) {
    request.host = value;
  } else {
    request.headers.emplace_back(name, value);
  }
  return {};
}

}  // namespace graylane::cli
