#include "apiserver/body.h"

#include "apiserver/media.h"
#include "doc/parse.h"

namespace graylane::apiserver {

using doc::Value;

namespace {

constexpr size_t kShownMax = 256;  // bytes of a body in a message

/// Of the first problem that keeps the text from being read; empty: none.
std::string syntax_problem(const doc::Parsed& parsed, bool yaml) {
  for (const Diagnostic& diagnostic : parsed.diagnostics) {
    if (diagnostic.severity != Severity::kError || diagnostic.id.ends_with("-duplicate-key")) continue;
    if (diagnostic.id.ends_with("-depth")) return "exceeded max depth";
    const bool cut_off = diagnostic.message.ends_with("is not closed") || diagnostic.message.find("ends") != std::string::npos;
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

}  // namespace

Outcome<Value> read_value(const std::string& text, bool yaml) {
  doc::Parsed parsed = parse(text, yaml);
  if (std::string problem = syntax_problem(parsed, yaml); !problem.empty()) return refuse(bad_request(std::move(problem)));
  return parsed.documents.empty() ? Value() : std::move(parsed.documents.front());
}

Outcome<Body> read_object(const std::string& text, const std::string* content_type, const api::Kind& kind) {
  const std::string type = content_type ? parse_media_type(*content_type).type : "";
  const bool yaml = type == "application/yaml";
  if (!yaml && !type.empty() && type != "application/json")
    return refuse(unsupported_media_type("application/json, application/yaml"));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return refuse(unrecognized(kind, text, "unexpected end of JSON input", false));
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
