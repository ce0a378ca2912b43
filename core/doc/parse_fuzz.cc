// Any bytes: parsing ends, holds its limits, and what it reads prints and reads back as the same value.
#include <cstdint>
#include <cstdlib>

#include "doc/parse.h"
#include "doc/print.h"

namespace {

using graylane::doc::Parsed;
using graylane::doc::ParseLimits;
using graylane::doc::Value;

void require(bool holds) {
  if (!holds) std::abort();
}

void round_trip(const Value& value) {
  const Parsed yaml = graylane::doc::parse_yaml(graylane::doc::to_yaml(value), nullptr);
  require(value.is_null() || (yaml.documents.size() == 1 && yaml.documents[0] == value && yaml.diagnostics.empty()));
  const Parsed json = graylane::doc::parse_json(graylane::doc::to_json(value, 2), nullptr);
  require(json.documents.size() == 1 && json.documents[0] == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParseLimits limits{.bytes_max = 1 << 16,
                           .depth_max = 40,
                           .nodes_max = 20'000,
                           .alias_nodes_max = 2'000,
                           .alias_bytes_max = 1 << 16,
                           .diagnostics_max = 10};
  for (const Parsed& parsed :
       {graylane::doc::parse_yaml(text, nullptr, limits), graylane::doc::parse_json(text, nullptr, limits)}) {
    require(parsed.diagnostics.size() <= limits.diagnostics_max);
    for (const auto& diagnostic : parsed.diagnostics) require(diagnostic.where.at.line > 0 && diagnostic.where.at.column > 0);
    for (const Value& document : parsed.documents) round_trip(document);
  }
  return 0;
}
