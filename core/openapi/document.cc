#include "openapi/document.h"

#include "doc/print.h"
#include "openapi/definitions.h"
#include "openapi/gnostic.h"
#include "openapi/paths.h"

namespace graylane::openapi {
namespace {

constexpr std::string_view kTitle = "Kubernetes";
constexpr std::string_view kVersion = "v1";

template <class Visit>
void for_each_path_of(KindList kinds, Version version, Visit visit) {
  for (const api::Kind* kind : kinds) for_each_path(*kind, version, visit);
}

template <class Visit>
void for_each_definition(KindList kinds, Version version, Visit visit) {
  Definitions definitions(version);
  for (const api::Kind* kind : kinds) definitions.add(*kind);
  definitions.for_each(visit);
}

/// Appends `"name":value`, with a comma when it is not the first.
void add_member(std::string& json, const std::string& name, const doc::Value& value) {
  if (json.back() != '{') json += ',';
  json += doc::to_json(doc::Value(name)) + ":" + doc::to_json(value);
}

std::string head(std::string_view member, std::string_view version) {
  return "{\"" + std::string(member) + "\":\"" + std::string(version) + R"(","info":{"title":")" + std::string(kTitle) +
         R"(","version":")" + std::string(kVersion) + R"("},"paths":{)";
}

void add_all(std::string& json, KindList kinds, Version version, std::string_view between) {
  const auto add = [&json](const std::string& name, const doc::Value& value) { add_member(json, name, value); };
  for_each_path_of(kinds, version, add);
  json += between;
  for_each_definition(kinds, version, add);
}

}  // namespace

std::string v3_json(KindList kinds) {
  std::string json = head("openapi", "3.0.0");
  add_all(json, kinds, Version::kV3, R"(},"components":{"schemas":{)");
  return json + "}}}";
}

std::string v2_json(KindList kinds) {
  std::string json = head("swagger", "2.0");
  add_all(json, kinds, Version::kV2, R"(},"definitions":{)");
  return json + "}}";
}

std::string v2_protobuf(KindList kinds) {
  std::string paths, definitions;
  for_each_path_of(kinds, Version::kV2, [&](const std::string& path, const doc::Value& item) { add_path(paths, path, item); });
  for_each_definition(kinds, Version::kV2, [&](const std::string& name, const doc::Value& definition) {
    add_definition(definitions, name, definition);
  });
  return document(kTitle, kVersion, paths, definitions);
}

}  // namespace graylane::openapi
