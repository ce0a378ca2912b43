// Bodies of requests as values: JSON or YAML text, protobuf of built-in kinds, with Kubernetes' words for what cannot be read. Pure;
// the bodies are untrusted.
#pragma once

#include <string>
#include <vector>

#include "apiserver/status.h"
#include "doc/value.h"

namespace graylane::apiserver {

inline constexpr size_t kBodyBytesMax = 3 * 1024 * 1024;

/// What is dropped on the way: `duplicate field "data.a"`, `unknown field "spec.foo"`, and where it stood.
struct Finding {
  std::string text;
  Position at;
};

struct Body {
  doc::Value value;
  std::vector<Finding> duplicates;
};

/// An object of that kind, its apiVersion and kind filled in from the kind when they are absent. 400 for what is none, 415 for
/// content types that are not read; an absent one means JSON.
Outcome<Body> read_object(const std::string& text, const std::string* content_type, const api::Kind& kind);

/// Why an object that names another kind cannot be read as one of this.
std::string why_other_kind(const doc::Object& object, const api::Kind& kind);

/// A body that is no object of a kind: "DeleteOptions", "Scale" (request_types.h). An empty one is null.
Outcome<doc::Value> read_request(const std::string& text, const std::string* content_type, std::string_view type);

/// Any JSON or YAML value, and what is in it twice.
Outcome<Body> read_any(const std::string& text, bool yaml);
/// Any JSON or YAML value: a patch, options. An empty text is null.
Outcome<doc::Value> read_value(const std::string& text, bool yaml);

}  // namespace graylane::apiserver
