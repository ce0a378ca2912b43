#include "apiserver/body.h"

#include <algorithm>

#include "api/kinds.h"
#include "api/request_types.h"
#include "apiserver/go_decoding.h"
#include "apiserver/media.h"
#include "doc/parse.h"
#include "protobuf/decode.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kShownBytesMax = 30;  // of a body in a message
constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr std::string_view kTextTypes = "application/json, application/yaml";

/// What the reader of YAML that Kubernetes uses says.
constexpr std::pair<std::string_view, std::string_view> kYamlWords[] = {
    {"the list that begins here with '[' is not closed", "did not find expected ',' or ']'"},
    {"the object that begins here with '{' is not closed", "did not find expected ',' or '}'"},
    {"the quoted text that begins here is not closed", "found unexpected end of stream"},
    {"a ':' is not allowed here", "mapping values are not allowed in this context"},
    {"this line is no \"key: value\"", "could not find expected ':'"},
    {"this line does not fit the indentation", "did not find expected key"},
    {"this line does not fit the list", "did not find expected '-' indicator"},
};

/// Of the first problem that keeps the text from being read; empty: none.
std::string syntax_problem(const doc::Parsed& parsed, bool yaml) {
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    if (diagnostic.severity != Severity::kError || diagnostic.id.ends_with("-duplicate-key")) continue;
    if (diagnostic.id.ends_with("-depth")) return "exceeded max depth: " + diagnostic.message;
    const bool cut_off = diagnostic.message.ends_with("is not closed") || diagnostic.message.find("ends") != std::string::npos;
    if (yaml) {
      for (const auto& [ours, theirs] : kYamlWords) {
        if (diagnostic.message.starts_with(ours))
          return "yaml: line " + std::to_string(diagnostic.where.at.line) + ": " + std::string(theirs);
      }
    }
    if (!yaml) return cut_off ? "unexpected end of JSON input" : diagnostic.message;
    return "yaml: line " + std::to_string(diagnostic.where.at.line) + ": " + diagnostic.message;
  }
  return {};
}

doc::Parsed parse(const std::string& text, bool yaml) {
  doc::Parsed parsed;
  if (yaml) {
    parsed = doc::parse_yaml(text, nullptr);
    std::ranges::for_each(parsed.documents, whole_numbers);
  } else if (text.starts_with("\xEF\xBB\xBF")) {
    // Files may begin with the mark of UTF-8, bodies may not.
    Diagnostic& found = parsed.diagnostics.emplace_back();
    found.severity = Severity::kError;
    found.message = "invalid character 'ï' looking for beginning of value";
  } else {
    parsed = doc::parse_json(text, nullptr);
  }
  return parsed;
}

std::vector<Finding> duplicates_in(const doc::Parsed& parsed) {
  std::vector<Finding> duplicates;
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    if (diagnostic.id.ends_with("-duplicate-key"))
      duplicates.push_back({"duplicate field " + go_quoted(diagnostic.field), diagnostic.where.at});
  }
  return duplicates;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

/// The beginning of a body, as hexadecimal digits.
std::string shown_bytes(std::string_view bytes) {
  if (bytes.empty()) return "<empty>";
  std::string text;
  for (const char c : bytes.substr(0, kShownBytesMax)) {
    for (const int shift : {4, 0}) text += "0123456789abcdef"[static_cast<uint8_t>(c) >> shift & 15];
  }
  return bytes.size() > kShownBytesMax ? text + " ..." : text;
}

/// As it is where that is an object in JSON, else in hexadecimal digits.
std::string shown_body(std::string_view body) {
  if (!body.starts_with('{')) return shown_bytes(body);
  return std::string(body.substr(0, kShownBytesMax)) + (body.size() > kShownBytesMax ? " ..." : "");
}

ApiError unrecognized(std::string_view type, const std::string& body, const std::string& why) {
  return bad_request("the object provided is unrecognized (must be of type " + std::string(type) + "): " + why + " (" +
                     shown_body(body) + ")");
}

ApiError no_json(const api::Kind& kind, const std::string& body, const std::string& why) {
  return unrecognized(kind.gvk.kind, body, "couldn't get version/kind; json parse error: " + why);
}

/// A text member, filled in when it is absent or empty. False: it is something else.
bool fill_text(doc::Object& object, const char* name, const std::string& wanted) {
  Value* value = object.find(name);
  if (!value || value->is_null() || (value->as_string() && value->as_string()->empty())) {
    object.set(name, Value(wanted));
    return true;
  }
  return value->as_string() && *value->as_string() == wanted;
}

std::string shown(const doc::Object& object, const char* name) {
  const Value* value = object.find(name);
  return value && value->as_string() ? *value->as_string() : "";
}

bool is_known(const std::string& version, const std::string& kind) { return api::builtin_kinds().find(version, kind) != nullptr; }

/// Custom resources are told apart by both, which nobody fills in for them.
Outcome<void> check_custom_type(const doc::Object& object, const api::Kind& kind, const std::string& body) {
  const std::string its_kind = shown(object, "kind"), its_version = shown(object, "apiVersion"), version = kind.gvk.api_version();
  if (its_kind.empty()) return refuse(unrecognized(kind.gvk.kind, body, "Object 'Kind' is missing in '" + body + "'"));
  if (its_version != version)
    return refuse(bad_request("the API version in the data (" + its_version + ") does not match the expected API version (" +
                              version + ")"));
  if (its_kind == kind.gvk.kind) return {};
  api::Kind other;
  other.gvk = {kind.gvk.group, kind.gvk.version, its_kind};
  const Value* metadata = object.find("metadata");
  const std::string name = metadata && metadata->is_object() ? shown(*metadata->as_object(), "name") : "";
  return refuse(invalid(other, name, {invalid_value("kind", go_quoted(its_kind), "must be " + kind.gvk.kind)}));
}

/// "v1" of "apps/v1".
std::string short_version(const std::string& version) {
  return version.substr(version.find('/') == version.npos ? 0 : version.find('/') + 1);
}

Outcome<void> check_type(doc::Object& object, const api::Kind& kind) {
  const std::string version = kind.gvk.api_version();
  const bool right_version = fill_text(object, "apiVersion", version);
  const bool right_kind = fill_text(object, "kind", kind.gvk.kind);
  if (right_version && right_kind) return {};
  return refuse(bad_request(shown(object, "kind") + " in version " + go_quoted(short_version(shown(object, "apiVersion"))) +
                            " cannot be handled as a " + kind.gvk.kind + ": " + why_other_kind(object, kind)));
}

/// What the reading of apiVersion and kind, which comes first, does not get over; empty: nothing.
std::string type_problem(const doc::Object& object) {
  for (const char* name : {"apiVersion", "kind"}) {
    const Value* value = object.find(name);
    if (value && !value->is_string() && !value->is_null())
      return "json: cannot unmarshal " + std::string(go_kind(*value)) + " into Go struct field ." + name + " of type string";
  }
  return {};
}

Outcome<Body> read_protobuf(const std::string& body, const api::Kind& kind) {
  constexpr std::string_view kHead("k8s\0", 4);
  if (body == kHead) return refuse(unrecognized(kind.gvk.kind, body, "empty body"));
  const auto envelope = protobuf::open_envelope(body);
  if (!envelope) return refuse(unrecognized(kind.gvk.kind, body, envelope.error().what));
  doc::Object type;
  type.set("apiVersion", Value(envelope->api_version));
  type.set("kind", Value(envelope->kind));
  if (auto ok = check_type(type, kind); !ok) return refuse(std::move(ok.error()));
  auto object = protobuf::decode(envelope->message, *kind.schema);
  if (!object)
    return refuse(bad_request(kind.gvk.kind + " in version " + go_quoted(kind.gvk.version) + " cannot be handled as a " +
                              kind.gvk.kind + ": " + object.error().what));
  for (doc::Member& member : type) object->as_object()->set(std::move(member.key), std::move(member.value));
  return Body{*std::move(object), {}};
}

}  // namespace

std::string why_other_kind(const doc::Object& object, const api::Kind& kind) {
  const std::string its_kind = shown(object, "kind"), its_version = shown(object, "apiVersion");
  if (!is_known(its_version, its_kind))
    return "no kind " + go_quoted(its_kind) + " is registered for version " + go_quoted(its_version) +
           " in scheme \"pkg/runtime/scheme.go:111\"";
  const std::string group = kind.gvk.group.empty() ? "core" : kind.gvk.group.substr(0, kind.gvk.group.find('.'));
  return "converting (" + short_version(its_version) + "." + its_kind + ") to (" + group + "." + kind.gvk.kind +
         "): unknown conversion";
}

Outcome<Value> read_request(const std::string& text, const std::string* content_type, std::string_view type) {
  if (is_blank(text)) return Value();
  const std::string media = content_type ? parse_media_type(*content_type).type : "";
  if (media == kProtobuf) {
    const auto envelope = protobuf::open_envelope(text);
    auto value = envelope ? protobuf::decode(envelope->message, api::request_type(type)) : std::unexpected(envelope.error());
    if (!value) return refuse(unrecognized(type, text, value.error().what));
    return *std::move(value);
  }
  if (!media.empty() && media != "application/json" && media != "application/yaml")
    return refuse(unsupported_media_type(std::string(kTextTypes) + ", " + std::string(kProtobuf)));
  return read_value(text, media == "application/yaml");
}

Outcome<Body> read_any(const std::string& text, bool yaml) {
  doc::Parsed parsed = parse(text, yaml);
  if (std::string problem = syntax_problem(parsed, yaml); !problem.empty()) return refuse(bad_request(std::move(problem)));
  Body body{parsed.documents.empty() ? Value() : std::move(parsed.documents.front()), {}};
  body.duplicates = duplicates_in(parsed);
  return body;
}

Outcome<Value> read_value(const std::string& text, bool yaml) {
  auto body = read_any(text, yaml);
  if (!body) return refuse(std::move(body.error()));
  return std::move(body->value);
}

Outcome<Body> read_object(const std::string& text, const std::string* content_type, const api::Kind& kind) {
  const std::string type = content_type ? parse_media_type(*content_type).type : "";
  if (type == kProtobuf && protobuf::is_readable(kind)) return read_protobuf(text, kind);
  const bool yaml = type == "application/yaml";
  if (!yaml && !type.empty() && type != "application/json")
    return refuse(
        unsupported_media_type(std::string(kTextTypes) + (protobuf::is_readable(kind) ? ", " + std::string(kProtobuf) : "")));
  if (!yaml && is_blank(text)) return refuse(no_json(kind, text, "unexpected end of JSON input"));
  doc::Parsed parsed = parse(text, yaml);
  if (std::string problem = syntax_problem(parsed, yaml); !problem.empty())
    return refuse(yaml ? unrecognized(kind.gvk.kind, text, problem) : no_json(kind, text, problem));
  Body body{parsed.documents.empty() ? Value() : std::move(parsed.documents.front()), {}};
  body.duplicates = duplicates_in(parsed);
  if (body.value.is_null()) body.value = Value(doc::Object());
  doc::Object* object = body.value.as_object();
  if (!object) return refuse(no_json(kind, text, not_a_struct(body.value)));
  if (const std::string problem = type_problem(*object); !problem.empty()) return refuse(no_json(kind, text, problem));
  if (auto ok = kind.custom ? check_custom_type(*object, kind, text) : check_type(*object, kind); !ok)
    return refuse(std::move(ok.error()));
  return body;
}

}  // namespace graylane::apiserver
