// Objects out of YAML for the tests of the typed views: no schema, no defaults, so that each test shows all that it relies on.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/object.h"
#include "doc/parse.h"

namespace graylane::api {

inline std::string text_at(const doc::Value& content, std::string_view parent, std::string_view member) {
  const doc::Value* outer = parent.empty() ? &content : content.find(parent);
  const doc::Value* value = outer ? outer->find(member) : nullptr;
  return value && value->as_string() ? *value->as_string() : "";
}

/// The object that the one document of `yaml` holds; its file is "test.yaml", its namespace "default" if none is given.
inline ObjectPtr object_of(std::string_view yaml) {
  const auto file = std::make_shared<const std::string>("test.yaml");
  doc::Parsed parsed = doc::parse_yaml(yaml, file);
  EXPECT_EQ(parsed.documents.size(), 1U);
  EXPECT_TRUE(parsed.diagnostics.empty());
  auto object = std::make_shared<Object>();
  if (parsed.documents.size() == 1) object->content = std::move(parsed.documents[0]);
  const std::string version = text_at(object->content, "", "apiVersion");
  const size_t slash = version.find('/');
  const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
  object->gvk = {group, slash == std::string::npos ? version : version.substr(slash + 1), text_at(object->content, "", "kind")};
  const std::string ns = text_at(object->content, "metadata", "namespace");
  object->key = {group == "extensions" ? "networking.k8s.io" : group, object->gvk.kind, ns.empty() ? "default" : ns,
                 text_at(object->content, "metadata", "name")};
  object->file = file;
  return object;
}

}  // namespace graylane::api
