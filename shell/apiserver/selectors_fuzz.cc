// Any text as a selector of labels and of fields: reading ends, a refusal says why, and what was read can be asked of an object,
// with the same answer each time; who reads it again with blanks around reads the same. The input: a byte that chooses the kind,
// then the text.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/kinds.h"
#include "apiserver/selectors.h"
#include "doc/parse.h"

namespace {

using namespace graylane;

void require(bool holds) {
  if (!holds) std::abort();
}

const doc::Value& object() {
  static const doc::Value kObject =
      doc::parse_json(R"({"metadata":{"name":"a","namespace":"b","labels":{"a":"1","b":"x","c.d/e":""}},)"
                      R"("spec":{"nodeName":"n"},"status":{"phase":"Running"},"type":"Opaque"})",
                      nullptr)
          .documents.front();
  return kObject;
}

void check_labels(const std::string& text) {
  const auto selector = apiserver::LabelSelector::parse(text);
  if (!selector) return require(!selector.error().message.empty());
  const auto again = apiserver::LabelSelector::parse(" " + text + " ");
  require(again.has_value() && again->empty() == selector->empty());
  require(again->matches(object()) == selector->matches(object()));
  if (selector->empty()) require(selector->matches(object()));
}

void check_fields(const std::string& text, const api::Kind& kind) {
  const auto selector = apiserver::FieldSelector::parse(text, kind);
  if (!selector) return require(!selector.error().message.empty());
  const bool holds = selector->matches(object());
  require(holds == selector->matches(object()));
  // A match has the name that all matches must have.
  if (const std::string* name = selector->name(); name && holds) require(*name == "a");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto kinds = api::builtin_kinds().all();
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_labels(text);
  check_fields(text, kinds[data[0] % kinds.size()]);
  return 0;
}
