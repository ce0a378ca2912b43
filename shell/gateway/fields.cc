#include "gateway/fields.h"

#include <algorithm>

#include "http/h1_head.h"

namespace graylane::gateway {

namespace {

using http::equal_names;

enum class Kind : uint8_t { kPasses, kDropped, kRequestId, kForwardedFor, kForwardedHost, kForwardedPrefix };

/// By length first: most names are decided by that.
Kind kind_of_request_field(std::string_view name) {
  switch (name.size()) {
    case 2: return equal_names(name, "TE") ? Kind::kDropped : Kind::kPasses;
    case 4: return equal_names(name, "Host") ? Kind::kDropped : Kind::kPasses;
    case 5: return equal_names(name, "Proxy") ? Kind::kDropped : Kind::kPasses;
    case 6: return equal_names(name, "Expect") ? Kind::kDropped : Kind::kPasses;
    case 7: return equal_names(name, "Upgrade") ? Kind::kDropped : Kind::kPasses;
    case 8: return equal_names(name, "X-Scheme") ? Kind::kDropped : Kind::kPasses;
    case 9: return equal_names(name, "X-Real-IP") ? Kind::kDropped : Kind::kPasses;
    case 10: return equal_names(name, "Connection") || equal_names(name, "Keep-Alive") ? Kind::kDropped : Kind::kPasses;
    case 12: return equal_names(name, "X-Request-ID") ? Kind::kRequestId : Kind::kPasses;
    case 14: return equal_names(name, "Content-Length") ? Kind::kDropped : Kind::kPasses;
    case 15: return equal_names(name, "X-Forwarded-For") ? Kind::kForwardedFor : Kind::kPasses;
    case 16:
      if (equal_names(name, "X-Forwarded-Host")) return Kind::kForwardedHost;
      return equal_names(name, "X-Forwarded-Port") ? Kind::kDropped : Kind::kPasses;
    case 17:
      return equal_names(name, "X-Forwarded-Proto") || equal_names(name, "Transfer-Encoding") ? Kind::kDropped : Kind::kPasses;
    case 18:
      if (equal_names(name, "X-Forwarded-Prefix")) return Kind::kForwardedPrefix;
      return equal_names(name, "X-Forwarded-Scheme") ? Kind::kDropped : Kind::kPasses;
    case 24: return equal_names(name, "X-Original-Forwarded-For") ? Kind::kDropped : Kind::kPasses;
    case 25: return equal_names(name, "X-Original-Forwarded-Host") ? Kind::kDropped : Kind::kPasses;
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
    case 4: return equal_names(name, "Date");
    case 5: return equal_names(name, "X-Pad");
    case 6: return equal_names(name, "Server");
    case 7: return equal_names(name, "Upgrade");
    case 10: return equal_names(name, "Connection") || equal_names(name, "Keep-Alive");
    case 14: return equal_names(name, "Content-Length");
    case 15: return equal_names(name, "X-Accel-Charset") || equal_names(name, "X-Accel-Expires");
    case 16: return equal_names(name, "Proxy-Connection") || equal_names(name, "X-Accel-Redirect");
    case 17: return equal_names(name, "Transfer-Encoding") || equal_names(name, "X-Accel-Buffering");
    case 18: return equal_names(name, "X-Accel-Limit-Rate");
    default: return false;
  }
}

struct Originals {
  std::string_view request_id;
  std::string_view forwarded_for;
  std::string_view forwarded_host;
};

void add(std::vector<HeaderField>& fields, std::string_view name, std::string_view value) {
  if (!value.empty()) fields.push_back({name, value});
}

/// The client's fields that pass; fills in what is told under another name.
Originals pass_on(std::span<const HeaderField> received, const Told& told, const route::ListenerOptions& options,
                  std::vector<HeaderField>& fields) {
  Originals originals;
  for (const HeaderField& field : received) {
    if (equal_names(field.name, options.forwarded_for_header)) originals.forwarded_for = field.value;
    switch (kind_of_request_field(field.name)) {
      case Kind::kPasses:
        if (name_passes(field.name, options)) fields.push_back(field);
        break;
      case Kind::kForwardedPrefix:
        if (told.forwarded_prefix.empty()) fields.push_back(field);
        break;
      case Kind::kRequestId: originals.request_id = field.value; break;
      case Kind::kForwardedHost: originals.forwarded_host = field.value; break;
      case Kind::kForwardedFor:
      case Kind::kDropped: break;
    }
  }
  return originals;
}

}  // namespace

void make_request_fields(std::span<const HeaderField> received, const Told& told, const route::ListenerOptions& options,
                         RequestFields& out) {
  out.fields.clear();
  const Originals originals = pass_on(received, told, options, out.fields);
  out.request_id = originals.request_id.empty() ? told.request_id : originals.request_id;
  add(out.fields, "X-Request-ID", out.request_id);
  add(out.fields, "X-Real-IP", told.client);
  add(out.fields, "X-Forwarded-For", told.client);
  add(out.fields, "X-Forwarded-Host", told.host);
  add(out.fields, "X-Forwarded-Port", told.port);
  add(out.fields, "X-Forwarded-Proto", told.scheme);
  add(out.fields, "X-Forwarded-Scheme", told.scheme);
  add(out.fields, "X-Scheme", told.scheme);
  add(out.fields, "X-Original-Forwarded-For", originals.forwarded_for);
  add(out.fields, "X-Original-Forwarded-Host", originals.forwarded_host);
  add(out.fields, "X-Forwarded-Prefix", told.forwarded_prefix);
}

void make_response_fields(std::span<const HeaderField> received, std::vector<HeaderField>& out) {
  out.clear();
  for (const HeaderField& field : received) {
    if (!is_dropped_response_field(field.name)) out.push_back(field);
  }
}

}  // namespace graylane::gateway
