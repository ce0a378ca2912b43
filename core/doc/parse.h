// Parsing of YAML and JSON text into Values with positions. Pure functions; safe from any thread. The text is untrusted:
// its size, depth, node count, what aliases expand to, and the number of diagnostics are limited.
//
// YAML is read as Kubernetes reads it (libyaml below, the scalar rules of sigs.k8s.io/yaml on top, YAML 1.1): yes/no/on/off/y/n
// are booleans, 017 and 0o17 are octal, numbers without a fraction are integers (1.0 and 1e3 too, unless tagged !!float), integers beyond
// int64 are doubles, timestamps are strings, `<<` merges, keys that are no strings become their text. Two differences,
// where Kubernetes' reader silently loses data: a duplicate key is an error, and an explicit key always wins over a merged one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "doc/value.h"

namespace graylane::doc {

struct ParseLimits {
  size_t bytes_max = size_t{64} << 20;        // of the text
  uint32_t depth_max = 100;                   // arrays and objects inside one another
  size_t nodes_max = 20'000'000;              // values in all documents of the text
  size_t alias_nodes_max = 100'000;           // values made by expanding aliases and merge keys, per document
  size_t alias_bytes_max = size_t{16} << 20;  // text bytes made by them, per document
  size_t diagnostics_max = 100;               // further ones are dropped
};

/// A document with a syntax error is dropped and so is what follows it; those before it are kept. A document whose
/// problems are of content (a duplicate key: of YAML the first value stays, of JSON the last) is kept and `diagnostics` has the error.
struct Parsed {
  std::vector<Value> documents;
  Diagnostics diagnostics;
};

/// Documents without content (comments only, or null) are skipped. Error ids: document-too-large, text-encoding, yaml-syntax,
/// yaml-depth, yaml-duplicate-key, yaml-alias, yaml-alias-limit, yaml-key, yaml-merge, yaml-value; warning: yaml-key-boolean.
/// For yaml-duplicate-key, `field` is the path of the key ("metadata.labels.app"; `field == "apiVersion"`
/// is a top-level one) and `where` is its second occurrence.
Parsed parse_yaml(std::string_view text, FileName file, const ParseLimits& limits = {});

/// Strict JSON (RFC 8259), exactly one value. Error ids: document-too-large, text-encoding, json-syntax, json-depth,
/// json-duplicate-key (as yaml-duplicate-key).
Parsed parse_json(std::string_view text, FileName file, const ParseLimits& limits = {});

}  // namespace graylane::doc
