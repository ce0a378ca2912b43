#include "protobuf/decode.h"

#include <gtest/gtest.h>

#include "api/schema_table.h"
#include "doc/print.h"

namespace graylane::protobuf {
namespace {

using std::string_literals::operator""s;

// The writer's side of the wire, as little of it as tests need.
std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string number(uint32_t field, uint64_t value) { return varint(uint64_t{field} << 3) + varint(value); }
std::string bytes(uint32_t field, const std::string& content) {
  return varint(uint64_t{field} << 3 | 2) + varint(content.size()) + content;
}
std::string entry(uint32_t field, const std::string& key, const std::string& value) {
  return bytes(field, bytes(1, key) + bytes(2, value));
}

constexpr const char* kTable = R"(
Thing
  name      string @1 !
  note      string @2
  count     int32 @3
  replicas  int32 @4*
  ready     bool @5
  data      {bytes} @6
  labels    {string} @7
  args      [string] @8
  ports     [int32] @9
  exec      Exec @10/1*
  host      string @10/2
  part      Exec @11
  many      [Exec] @12
  size      quantity @13
  target    intOrString @14
  at        time @15
  exact     microTime @16
  raw       object @17
  child     Thing @18*
  extra     {[string]} @19

Exec
  command  [string] @1
  name     string @2
)";

class ProtobufDecoding : public testing::Test {
 protected:
  ProtobufDecoding() { table_.add(kTable), set_ = table_.finish(); }

  Result<doc::Value> read(const std::string& message, const Limits& limits = {}) {
    return decode(message, *table_.type("Thing"), limits);
  }
  std::string json(const std::string& message) {
    const auto value = read(message);
    return value ? doc::to_json(*value) : value.error().what;
  }
  std::string problem(const std::string& message, const Limits& limits = {}) {
    const auto value = read(message, limits);
    return value ? "" : value.error().what;
  }

 private:
  api::SchemaTable table_;
  api::SchemaSetPtr set_;
};

TEST_F(ProtobufDecoding, DropsZerosThatMeanAbsent) {
  // Go writes every field that is no pointer: kept, they would override defaults and claim fields.
  EXPECT_EQ(json(bytes(1, "a") + bytes(2, "") + number(3, 0) + number(5, 0) + bytes(11, "") + bytes(13, bytes(1, "0"))),
            R"({"name":"a"})");
}

TEST_F(ProtobufDecoding, KeepsZerosThatWereSet) {
  // `replicas: 0` scales to nothing; dropped, it would become the default of one.
  EXPECT_EQ(json(bytes(1, "") + number(4, 0) + bytes(18, bytes(1, "c"))), R"({"name":"","replicas":0,"child":{"name":"c"}})");
  EXPECT_EQ(json(bytes(1, "a") + bytes(8, "") + bytes(8, "x") + number(9, 0) + entry(7, "k", "")),
            R"({"name":"a","args":["","x"],"ports":[0],"labels":{"k":""}})");
}

TEST_F(ProtobufDecoding, FlattensEmbeddedMessages) {
  // A Probe's handler or a Volume's source is a message of its own on the wire and no object in JSON.
  EXPECT_EQ(json(bytes(10, bytes(1, bytes(1, "ls")) + bytes(2, "h")) + bytes(1, "a")),
            R"({"exec":{"command":["ls"]},"host":"h","name":"a"})");
  EXPECT_EQ(json(bytes(10, bytes(1, ""))), R"({"exec":{}})");
}

TEST_F(ProtobufDecoding, ReadsTheMessagesThatStandForScalars) {
  // In JSON they are plain values.
  EXPECT_EQ(json(bytes(13, bytes(1, "2Gi"))), R"({"size":"2Gi"})");
  EXPECT_EQ(json(bytes(14, number(1, 0) + number(2, 80) + bytes(3, ""))), R"({"target":80})");
  EXPECT_EQ(json(bytes(14, number(1, 1) + number(2, 0) + bytes(3, "http"))), R"({"target":"http"})");
  EXPECT_EQ(json(bytes(15, number(1, 1700000000) + number(2, 5))), R"({"at":"2023-11-14T22:13:20Z"})");
  EXPECT_EQ(json(bytes(15, number(1, static_cast<uint64_t>(int64_t{-1})) + number(2, 0))), R"({"at":"1969-12-31T23:59:59Z"})");
  EXPECT_EQ(json(bytes(16, number(1, 1700000000) + number(2, 5000))), R"({"exact":"2023-11-14T22:13:20.000005Z"})");
  EXPECT_EQ(json(bytes(15, "") + bytes(16, "")), "{}");
  EXPECT_EQ(json(bytes(17, bytes(1, R"({"f:a":{}})"))), R"({"raw":{"f:a":{}}})");
  EXPECT_EQ(json(entry(6, "b", "\x01\x02\xff") + entry(6, "c", "")), R"({"data":{"b":"AQL/","c":""}})");
  EXPECT_EQ(json(number(3, static_cast<uint64_t>(int64_t{-5}))), R"({"count":-5})");
  EXPECT_EQ(json(bytes(19, bytes(1, "k") + bytes(2, bytes(1, "x") + bytes(1, "y")))), R"({"extra":{"k":["x","y"]}})");
}

TEST_F(ProtobufDecoding, SkipsFieldsThatItDoesNotKnow) {
  // Clients may be newer than this server.
  const std::string group = varint(200 << 3 | 3) + number(1, 5) + varint(7 << 3 | 3) + varint(7 << 3 | 4) + varint(200 << 3 | 4);
  EXPECT_EQ(json(number(99, 7) + bytes(98, "zz") + varint(97 << 3 | 1) + "12345678" + varint(96 << 3 | 5) + "1234" + group +
                 bytes(1, "a")),
            R"({"name":"a"})");
}

TEST_F(ProtobufDecoding, LastValueWinsAndPiecesOfAMessageAreJoined) {
  // The encoding's own rules, which Go follows.
  EXPECT_EQ(json(bytes(1, "a") + bytes(1, "b") + entry(7, "k", "1") + entry(7, "k", "2")), R"({"name":"b","labels":{"k":"2"}})");
  EXPECT_EQ(json(bytes(11, bytes(2, "x")) + bytes(11, bytes(1, "y"))), R"({"part":{"name":"x","command":["y"]}})");
  EXPECT_EQ(json(bytes(9, varint(1) + varint(300))), R"({"ports":[1,300]})");
}

TEST_F(ProtobufDecoding, RefusesWhatIsCutOffOrMalformed) {
  // A body that lost its end must not be taken for a shorter object.
  EXPECT_EQ(problem("\x0a"), "unexpected EOF");
  EXPECT_EQ(problem("\x0a\x05"
                    "ab"),
            "unexpected EOF");
  EXPECT_EQ(problem(bytes(12, "\x0a\x05")), "unexpected EOF");
  EXPECT_EQ(problem("\x18"), "unexpected EOF");
  EXPECT_EQ(problem(varint(97 << 3 | 1) + "123"), "unexpected EOF");
  EXPECT_EQ(problem("\x18" + std::string(11, '\xff')), "proto: integer overflow");
  EXPECT_EQ(problem("\x00\x01"s), "proto: illegal tag 0 (wire type 0)");
  EXPECT_EQ(problem(varint(50 << 3 | 7)), "proto: illegal wireType 7");
  EXPECT_EQ(problem(varint(50 << 3 | 4)), "proto: wiretype end group for non-group");
  EXPECT_EQ(problem(varint(50 << 3 | 3)), "unexpected EOF");
  EXPECT_EQ(problem(number(1, 3)), "proto: wrong wireType = 0 for field name");
  EXPECT_EQ(problem(bytes(3, "x")), "proto: wrong wireType = 2 for field count");
  EXPECT_EQ(problem(bytes(1, "\xff")), "a text is not UTF-8");
  EXPECT_EQ(problem(entry(7, "\xff", "")), "a text is not UTF-8");
  EXPECT_EQ(problem(bytes(17, bytes(1, "{"))), "a part that should be JSON is not");
  EXPECT_EQ(problem(bytes(15, number(1, uint64_t{1} << 60))), "a time is out of range");
}

TEST_F(ProtobufDecoding, HasLimits) {
  // The bytes are anybody's: two of them can be a value, and messages nest.
  std::string nested = bytes(1, "x");
  for (int i = 0; i < 20; ++i) nested = bytes(18, nested);
  EXPECT_EQ(problem(nested, {.depth_max = 21}), "");
  EXPECT_EQ(problem(nested, {.depth_max = 20}), "exceeded max depth");
  std::string many;
  for (int i = 0; i < 50; ++i) many += bytes(12, "");
  EXPECT_EQ(problem(many, {.values_max = 50}), "");
  EXPECT_EQ(problem(many, {.values_max = 49}), "the object has too many values");
}

TEST(ProtobufEnvelope, NamesTheKindOfItsMessage) {
  // The type is told outside of the message, so that a reader knows which schema to use.
  const std::string body = "k8s\0"s + bytes(1, bytes(1, "apps/v1") + bytes(2, "Deployment")) + bytes(2, "MESSAGE") + bytes(3, "");
  const auto envelope = open_envelope(body);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->api_version, "apps/v1");
  EXPECT_EQ(envelope->kind, "Deployment");
  EXPECT_EQ(envelope->message, "MESSAGE");
}

TEST(ProtobufEnvelope, SaysWhatIsNone) {
  // Scripts and people know these words.
  const auto problem = [](const std::string& body) { return open_envelope(body).error().what; };
  EXPECT_EQ(problem(""), "empty data");
  EXPECT_EQ(problem("{}"), "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  EXPECT_EQ(problem("k8s\0\x0a"s), "unexpected EOF");
  EXPECT_EQ(problem("k8s\0"s + bytes(1, "\x0a\x03")), "unexpected EOF");
}

}  // namespace
}  // namespace graylane::protobuf
