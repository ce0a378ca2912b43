#include "apiserver/body.h"

#include "api/request_types.h"
#include "apiserver/media.h"
#include "doc/parse.h"
#include "protobuf/decode.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kShownMax = 256;      // bytes of a body in a message
constexpr size_t kShownBytesMax = 30;  // the same of one that is no text
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
    if (diagnostic.id.ends_with("-depth")) return "exceeded max depth";
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
  return yaml ? doc::parse_yaml(text, nullptr) : doc::parse_json(text, nullptr);
}

ApiError unrecognized(const api::Kind& kind, const std::string& text, const std::string& why, bool yaml) {
  std::string shown = text.size() > kShownMax ? text.substr(0, kShownMax) + "..." : text;
  const std::string problem = yaml ? why : "json parse error: " + why;
  return bad_request("the object provided is unrecognized (must be of type " + kind.gvk.kind + "): couldn't get version/kind; " +
                     problem + " (" + shown + ")");
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

Outcome<void> check_type(doc::Object& object, const api::Kind& kind) {
  const std::string version = kind.gvk.api_version();
  const bool right_version = fill_text(object, "apiVersion", version);
  const bool right_kind = fill_text(object, "kind", kind.gvk.kind);
  if (right_version && right_kind) return {};
  const std::string its_kind = shown(object, "kind"), its_version = shown(object, "apiVersion");
  if (right_kind && !right_version && its_version.find('/') == std::string::npos && kind.gvk.group.empty())
    return refuse(
        bad_request("no kind " + go_quoted(its_kind) + " is registered for version " + go_quoted(its_version) + " in scheme"));
  return refuse(bad_request(its_kind + " in version " + go_quoted(its_version) + " cannot be handled as a " + kind.gvk.kind +
                            ": converting (" + its_version + ", Kind=" + its_kind + ") to (" + version +
                            ", Kind=" + kind.gvk.kind + "): unknown conversion"));
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

ApiError unrecognized_protobuf(std::string_view type, const std::string& body, const std::string& why) {
  return bad_request("the object provided is unrecognized (must be of type " + std::string(type) + "): " + why + " (" +
                     shown_bytes(body) + ")");
}

Outcome<Body> read_protobuf(const std::string& body, const api::Kind& kind) {
  const auto envelope = protobuf::open_envelope(body);
  if (!envelope) return refuse(unrecognized_protobuf(kind.gvk.kind, body, envelope.error().what));
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

Outcome<Value> read_request(const std::string& text, const std::string* content_type, std::string_view type) {
  if (is_blank(text)) return Value();
  const std::string media = content_type ? parse_media_type(*content_type).type : "";
  if (media == kProtobuf) {
    const auto envelope = protobuf::open_envelope(text);
    auto value = envelope ? protobuf::decode(envelope->message, api::request_type(type)) : std::unexpected(envelope.error());
    if (!value) return refuse(unrecognized_protobuf(type, text, value.error().what));
    return *std::move(value);
  }
  if (!media.empty() && media != "application/json" && media != "application/yaml")
    return refuse(unsupported_media_type(std::string(kTextTypes) + ", " + std::string(kProtobuf)));
  return read_value(text, media == "application/yaml");
}

Outcome<Value> read_value(const std::string& text, bool yaml) {
  doc::Parsed parsed = parse(text, yaml);
  if (std::string problem = syntax_problem(parsed, yaml); !problem.empty()) return refuse(bad_request(std::move(problem)));
  return parsed.documents.empty() ? Value() : std::move(parsed.documents.front());
}

Outcome<Body> read_object(const std::string& text, const std::string* content_type, const api::Kind& kind) {
  const std::string type = content_type ? parse_media_type(*content_type).type : "";
  if (type == kProtobuf && protobuf::is_readable(kind)) return read_protobuf(text, kind);
  const bool yaml = type == "application/yaml";
  if (!yaml && !type.empty() && type != "application/json")
    return refuse(
        unsupported_media_type(std::string(kTextTypes) + (protobuf::is_readable(kind) ? ", " + std::string(kProtobuf) : "")));
  if (is_blank(text)) return refuse(unrecognized(kind, text, "unexpected end of JSON input", false));
  doc::Parsed parsed = parse(text, yaml);
  if (std::string problem = syntax_problem(parsed, yaml); !problem.empty())
    return refuse(unrecognized(kind, text, problem, yaml));
  Body body{parsed.documents.empty() ? Value() : std::move(parsed.documents.front()), {}};
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    if (diagnostic.id.ends_with("-duplicate-key")) body.duplicates.push_back("duplicate field " + go_quoted(diagnostic.field));
  }
  doc::Object* object = body.value.as_object();
  if (!object)
    return refuse(unrecognized(
        kind, text, "json: cannot unmarshal " + std::string(doc::name_of(body.value.kind())) + " into Go value of type struct",
        false));
  if (auto ok = check_type(*object, kind); !ok) return refuse(std::move(ok.error()));
  return body;
}

}  // namespace graylane::apiserver
