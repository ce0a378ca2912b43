// Any bytes as a body of any kind: decoding ends, and what it returns can be printed and read back. The input: a byte that chooses the
// kind when the envelope names none that is known, then the body.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/kinds.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "protobuf/decode.h"

namespace {

using namespace graylane;

void require(bool holds) {
  if (!holds) std::abort();
}

const api::Schema& schema_for(const protobuf::Envelope& envelope, uint8_t choice) {
  const api::Kind* kind = api::builtin_kinds().find(envelope.api_version, envelope.kind);
  const auto all = api::builtin_kinds().all();
  return kind ? *kind->schema : *all[choice % all.size()].schema;
}

void check(std::string_view message, const api::Schema& schema) {
  const auto object = protobuf::decode(message, schema, {.depth_max = 40, .values_max = 20'000});
  if (!object) return require(!object.error().what.empty());
  const auto again = doc::parse_json(doc::to_json(*object), nullptr, {.depth_max = 200});
  require(again.documents.size() == 1 && again.documents.front() == *object);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto envelope = protobuf::open_envelope(body);
  if (envelope) check(envelope->message, schema_for(*envelope, data[0]));
  else check(body, schema_for({}, data[0]));
  return 0;
}
