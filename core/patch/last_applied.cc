#include "patch/last_applied.h"

#include <algorithm>
#include <vector>

#include "doc/parse.h"
#include "doc/print.h"
#include "patch/typed.h"

namespace graylane::patch {
namespace {

constexpr std::string_view kAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
constexpr size_t kAnnotationsBytesMax = size_t{256} << 10;  // of all annotations of an object

const doc::Value* annotations_of(const doc::Value& object) {
  const doc::Value* metadata = object.find("metadata");
  return metadata ? metadata->find("annotations") : nullptr;
}

/// The annotation's text; null when it is absent or empty.
const std::string* last_applied_of(const doc::Value& object) {
  const doc::Value* annotations = annotations_of(object);
  const doc::Value* value = annotations ? annotations->find(kAnnotation) : nullptr;
  const std::string* text = value ? value->as_string() : nullptr;
  return text && !text->empty() ? text : nullptr;
}

/// With members in order, as Go writes maps.
doc::Value sorted(const doc::Value& value) {
  if (const doc::Array* items = value.as_array()) {
    doc::Array result;
    for (const doc::Value& item : *items) result.push_back(sorted(item));
    return doc::Value(std::move(result));
  }
  const doc::Object* object = value.as_object();
  if (!object) return value;
  std::vector<const doc::Member*> members;
  for (const doc::Member& member : *object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const doc::Member* member) { return std::string_view(member->key); });
  doc::Object result;
  result.reserve(members.size());
  for (const doc::Member* member : members) result.append(member->key, sorted(member->value), {});
  return doc::Value(std::move(result));
}

/// One line, with those characters escaped that Go escapes for browsers.
std::string go_json(const doc::Value& value) {
  static constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"\u2028", "\\u2028"}, {"\u2029", "\\u2029"}};
  const std::string json = doc::to_json(sorted(value));
  std::string out;
  out.reserve(json.size() + 1);
  for (size_t i = 0; i < json.size();) {
    const std::string_view rest = std::string_view(json).substr(i);
    const auto escape = std::ranges::find_if(kEscapes, [&](const auto& e) { return rest.starts_with(e.first); });
    if (escape == std::end(kEscapes)) out += json[i++];
    else out += escape->second, i += escape->first.size();
  }
  return out + "\n";
}

size_t bytes_of(const doc::Object& annotations) {
  size_t bytes = 0;
  for (const doc::Member& member : annotations) {
    const std::string* text = member.value.as_string();
    bytes += member.key.size() + (text ? text->size() : 0);
  }
  return bytes;
}

}  // namespace

std::optional<FieldSet> fields_still_as_last_applied(const doc::Value& live, const Write& write) {
  const std::string* text = last_applied_of(live);
  if (!text) return std::nullopt;
  const doc::Parsed parsed = doc::parse_json(*text, nullptr);
  if (parsed.documents.size() != 1 || !parsed.diagnostics.empty()) return std::nullopt;
  const doc::Value& applied = parsed.documents[0];
  const doc::Value* version = applied.find("apiVersion");
  if (!version || *version != doc::Value(write.api_version) || !check_applied(applied, write.schema)) return std::nullopt;
  const Comparison difference = compare(applied, live, write.schema, write.builtin);
  return fields_of(applied, write.schema) - difference.modified - difference.added - difference.removed;
}

void update_last_applied(doc::Value& object, const doc::Value& config) {
  if (!last_applied_of(object)) return;
  doc::Value applied = config;
  if (annotations_of(applied) && annotations_of(applied)->is_object()) {
    doc::Value& annotations = *applied.as_object()->find("metadata")->as_object()->find("annotations");
    annotations.as_object()->erase(kAnnotation);
  }
  doc::Object& annotations = *object.as_object()->find("metadata")->as_object()->find("annotations")->as_object();
  annotations.set(std::string(kAnnotation), doc::Value(go_json(applied)));
  if (bytes_of(annotations) > kAnnotationsBytesMax) annotations.erase(kAnnotation);
}

}  // namespace graylane::patch
