// decode: one document becomes one object, as the API server would store it, or the reasons why not. Pure; safe from any thread.
#pragma once

#include <optional>

#include "api/kinds.h"
#include "api/object.h"
#include "api/source_text.h"
#include "base/diagnostic.h"

namespace graylane::api {

struct Decoded {
  /// Without a value when the diagnostics have an error: the API server would refuse the object. What it would refuse but
  /// ingress-nginx serves is a warning.
  std::optional<Object> object;
  /// Known as soon as there are a kind and a name, even when the object is refused.
  std::optional<ObjectKey> key;
  Diagnostics diagnostics;
};

struct DecodeOptions {
  const Kinds* kinds = nullptr;        // null: builtin_kinds()
  const SourceText* source = nullptr;  // for edits; may be null
};

Decoded decode(doc::Value document, const FileName& file, const DecodeOptions& options = {});

}  // namespace graylane::api
