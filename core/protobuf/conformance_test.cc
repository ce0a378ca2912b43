// Bodies that Go's own library wrote, beside the JSON that it wrote of the same objects; and the tables' numbers.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "api/kinds.h"
#include "doc/parse.h"
#include "doc/print.h"
#include "doc/text.h"
#include "protobuf/decode.h"

namespace graylane::protobuf {
namespace {

using api::Property;
using api::Schema;
using doc::Value;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::string& text_of(const Value& object, const char* member) { return *object.find(member)->as_string(); }

TEST(ProtobufConformance, BodiesReadAsTheJsonThatGoWritesOfThem) {
  // kubectl, Helm and client-go send these; what they mean is what Go's JSON of the same object says.
  const std::string path = GRAYLANE_SOURCE_DIR "/tests/conformance/kube_api/protobuf-bodies.json";
  const auto file = doc::parse_json(read_file(path), nullptr);
  ASSERT_EQ(file.documents.size(), 1u) << path;
  const doc::Array& cases = *file.documents.front().find("cases")->as_array();
  ASSERT_GE(cases.size(), 10u);
  for (const Value& body_case : cases) {
    const std::string body = *doc::decode_base64(text_of(body_case, "body"));
    const auto envelope = open_envelope(body);
    ASSERT_TRUE(envelope) << text_of(body_case, "name");
    const api::Kind* kind = api::builtin_kinds().find(envelope->api_version, envelope->kind);
    ASSERT_TRUE(kind) << text_of(body_case, "name");
    const auto object = decode(envelope->message, *kind->schema);
    ASSERT_TRUE(object) << text_of(body_case, "name") << object.error().what;
    EXPECT_EQ(*object, *body_case.find("object")) << text_of(body_case, "name") << "\n" << doc::to_json(*object, 1);
  }
}

/// Of a whole object, which may stand inside of another.
bool is_of_envelope(const Property& property) {
  return property.protobuf_number == 0 && (property.name == "apiVersion" || property.name == "kind");
}

/// Visits every schema once.
class Numbers {
 public:
  void check(const Schema* schema, const std::string& path) {
    if (!schema || !seen_.insert(schema).second) return;
    std::set<std::pair<uint32_t, uint32_t>> used;
    for (const Property& property : schema->properties) {
      const std::string at = path + "." + property.name;
      if (!is_of_envelope(property)) {
        EXPECT_NE(property.protobuf_number, 0u) << at << " has no number";
        EXPECT_TRUE(used.insert({property.protobuf_embedded, property.protobuf_number}).second) << at << " shares its number";
      }
      check(property.schema, at);
    }
    check(schema->items, path + "[]");
    check(schema->additional, path + "{}");
  }

 private:
  std::set<const Schema*> seen_;
};

TEST(ProtobufConformance, EveryFieldOfABuiltInKindHasANumberOfItsOwn) {
  // A field without one would be lost silently when a typed client sends it.
  Numbers numbers;
  for (const api::Kind& kind : api::builtin_kinds().all()) {
    if (protobuf::is_readable(kind)) numbers.check(kind.schema, kind.gvk.kind);
  }
}

}  // namespace
}  // namespace graylane::protobuf
