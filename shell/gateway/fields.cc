#include "gateway/fields.h"

#include <algorithm>
#include <cassert>

#include "http/h1_head.h"

namespace graylane::gateway {

namespace {

using http::is_name;

enum class Kind : uint8_t { kPasses, kDropped, kRequestId, kForwardedFor, kForwardedHost, kForwardedPrefix, kOriginalUri };

/// `lower` in lower case. The first letter decides most cases.
bool names_equal(std::string_view name, std::string_view lower) {
  return name.size() == lower.size() && (name[0] | 0x20) == (lower[0] | 0x20) && http::equal_names(name, lower);
}

/// By length first: most names are decided by that.
Kind kind_of_request_field(std::string_view name) {
  switch (name.size()) {
    case 2: return is_name(name, "te") ? Kind::kDropped : Kind::kPasses;
    case 4: return is_name(name, "host") ? Kind::kDropped : Kind::kPasses;
    case 5: return is_name(name, "proxy") ? Kind::kDropped : Kind::kPasses;
    case 6: return is_name(name, "expect") ? Kind::kDropped : Kind::kPasses;
    case 7: return is_name(name, "upgrade") ? Kind::kDropped : Kind::kPasses;
    case 8: return is_name(name, "x-scheme") ? Kind::kDropped : Kind::kPasses;
    case 9: return is_name(name, "x-real-ip") ? Kind::kDropped : Kind::kPasses;
    case 10: return is_name(name, "connection") || is_name(name, "keep-alive") ? Kind::kDropped : Kind::kPasses;
    case 12: return is_name(name, "x-request-id") ? Kind::kRequestId : Kind::kPasses;
    case 14:
      if (is_name(name, "content-length")) return Kind::kDropped;
      return is_name(name, "x-original-uri") ? Kind::kOriginalUri : Kind::kPasses;
    case 15: return is_name(name, "x-forwarded-for") ? Kind::kForwardedFor : Kind::kPasses;
    case 16:
      if (is_name(name, "x-forwarded-host")) return Kind::kForwardedHost;
      return is_name(name, "x-forwarded-port") ? Kind::kDropped : Kind::kPasses;
    case 17: return is_name(name, "x-forwarded-proto") || is_name(name, "transfer-encoding") ? Kind::kDropped : Kind::kPasses;
    case 18:
      if (is_name(name, "x-forwarded-prefix")) return Kind::kForwardedPrefix;
      return is_name(name, "x-forwarded-scheme") ? Kind::kDropped : Kind::kPasses;
    case 24: return is_name(name, "x-original-forwarded-for") ? Kind::kDropped : Kind::kPasses;
    case 25: return is_name(name, "x-original-forwarded-host") ? Kind::kDropped : Kind::kPasses;
    default: return Kind::kPasses;
  }
}

bool is_letter_digit_or_minus(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/// A backend may know "X_Real_IP" and "X-Real-IP" by the same name: so the former could forge the latter.
bool name_passes(std::string_view name, const route::ListenerOptions& options) {
  return std::ranges::all_of(name, [&](char c) {
    if (is_letter_digit_or_minus(c)) return true;
    return c == '_' ? options.enable_underscores_in_headers : !options.ignore_invalid_headers;
  });
}

bool is_dropped_response_field(std::string_view name) {
  switch (name.size()) {
    case 4: return is_name(name, "date");
    case 5: return is_name(name, "x-pad");
    case 6: return is_name(name, "server");
    case 7: return is_name(name, "upgrade");
    case 10: return is_name(name, "connection") || is_name(name, "keep-alive");
    case 14: return is_name(name, "content-length");
    case 15: return is_name(name, "x-accel-charset") || is_name(name, "x-accel-expires");
    case 16: return is_name(name, "proxy-connection") || is_name(name, "x-accel-redirect");
    case 17: return is_name(name, "transfer-encoding") || is_name(name, "x-accel-buffering");
    case 18: return is_name(name, "x-accel-limit-rate");
    default: return false;
  }
}

/// Writes a vector's elements without looking each time whether there is room.
class FieldList {
 public:
  FieldList(std::vector<HeaderField>& fields, size_t count_max) : fields_(fields) {
    fields_.resize(count_max);
    next_ = fields_.data();
  }
  FieldList(const FieldList&) = delete;
  FieldList& operator=(const FieldList&) = delete;
  ~FieldList() { fields_.resize(static_cast<size_t>(next_ - fields_.data())); }

  void add(const HeaderField& field) {
    assert(next_ != fields_.data() + fields_.size());
    *next_++ = field;
  }
  void add_told(std::string_view name, std::string_view value) {
    if (!value.empty()) add({name, value});
  }

 private:
  std::vector<HeaderField>& fields_;
  HeaderField* next_;
};

constexpr size_t kToldMax = 12;

struct Originals {
  std::string_view request_id;
  std::string_view forwarded_for;
  std::string_view forwarded_host;
};

/// The client's fields that pass; fills in what is told under another name.
Originals pass_on(std::span<const HeaderField> received, bool plain_names, const Told& told,
                  const route::ListenerOptions& options, FieldList& out) {
  Originals originals;
  for (const HeaderField& field : received) {
    if (names_equal(field.name, options.forwarded_for_header)) originals.forwarded_for = field.value;
    switch (kind_of_request_field(field.name)) {
      case Kind::kPasses:
        if (plain_names || name_passes(field.name, options)) out.add(field);
        break;
      case Kind::kForwardedPrefix:
        if (told.forwarded_prefix.empty()) out.add(field);
        break;
      case Kind::kOriginalUri:
        if (told.original_uri.empty()) out.add(field);
        break;
      case Kind::kRequestId: originals.request_id = field.value; break;
      case Kind::kForwardedHost: originals.forwarded_host = field.value; break;
      case Kind::kForwardedFor:
      case Kind::kDropped: break;
    }
  }
  return originals;
}

/// The fields that tell the scheme. Those of "http" and "https" lie there as they are written: they are copied at once.
void tell_scheme(std::string_view scheme, FieldList& out) {
  static constexpr std::string_view kHttp = "X-Forwarded-Proto: http\r\nX-Forwarded-Scheme: http\r\nX-Scheme: http";
  static constexpr std::string_view kHttps = "X-Forwarded-Proto: https\r\nX-Forwarded-Scheme: https\r\nX-Scheme: https";
  const bool is_known = scheme == "http" || scheme == "https";
  const std::string_view lines = scheme == "https" ? kHttps : kHttp;
  size_t at = 0;
  for (const std::string_view name : {"X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme"}) {
    if (is_known) {
      out.add({lines.substr(at, name.size()), lines.substr(at + name.size() + 2, scheme.size())});
      at += name.size() + scheme.size() + 4;
    } else {
      out.add_told(name, scheme);
    }
  }
}

}  // namespace

void make_request_fields(std::span<const HeaderField> received, bool plain_names, const Told& told,
                         const route::ListenerOptions& options, RequestFields& out) {
  FieldList list(out.fields, received.size() + kToldMax);
  const Originals originals = pass_on(received, plain_names, told, options, list);
  out.request_id = originals.request_id.empty() ? told.request_id : originals.request_id;
  list.add_told("X-Request-ID", out.request_id);
  list.add_told("X-Real-IP", told.client);
  list.add_told("X-Forwarded-For", told.forwarded_for.empty() ? told.client : told.forwarded_for);
  list.add_told("X-Forwarded-Host", told.host);
  list.add_told("X-Forwarded-Port", told.port);
  tell_scheme(told.scheme, list);
  list.add_told("X-Original-Forwarded-For", originals.forwarded_for);
  list.add_told("X-Original-Forwarded-Host", originals.forwarded_host);
  list.add_told("X-Forwarded-Prefix", told.forwarded_prefix);
  list.add_told("X-Original-URI", told.original_uri);
}

void make_response_fields(std::span<const HeaderField> received, std::vector<HeaderField>& out) {
  FieldList list(out, received.size());
  for (const HeaderField& field : received) {
    if (!is_dropped_response_field(field.name)) list.add(field);
  }
}

void edit_response_fields(std::span<const HeaderField> received, const route::ListenerOptions& options,
                          std::vector<HeaderField>& out) {
  std::erase_if(out, [&](const HeaderField& field) {
    return std::ranges::any_of(options.hidden_fields,
                               [&](const std::string& name) { return http::equal_names(name, field.name); });
  });
  std::string_view server = options.server;
  if (options.pass_server && !server.empty()) {
    const auto own =
        std::ranges::find_if(received, [](const HeaderField& field) { return http::equal_names(field.name, "Server"); });
    if (own != received.end()) server = own->value;
  }
  if (!server.empty()) out.push_back({"Server", server});
}

}  // namespace graylane::gateway
