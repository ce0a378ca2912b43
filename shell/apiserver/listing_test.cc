// Lists that are made while they are sent.
#include "apiserver/listing.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "apiserver/compress.h"
#include "apiserver/test_api.h"

namespace graylane::apiserver {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

class Lists : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kObjects; ++i) put(i, i % 10 == 0 ? "few" : "many");
  }
  void put(int number, const std::string& label) {
    const std::string name = "m" + std::to_string(1000 + number);
    const std::string text = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"(","labels":{"t":")" +
                             label + R"("}},"data":{"d":")" + std::string(1000, 'x') + R"("}})";
    auto decoded = api::decode(doc::parse_json(text, nullptr).documents.front(), nullptr);
    ASSERT_TRUE(store_.apply(*std::move(decoded.object)));
  }
  httpd::Response list(const std::string& query, const std::string& accept = "application/json") {
    httpd::Request request;
    request.method = "GET";
    request.path = kConfigMaps;
    request.query = *httpd::parse_query(query);
    request.headers = {{"Accept", accept}};
    auto answer = list_objects(store_, *handlers_.watched(as_watch(request)), request, 0);
    EXPECT_TRUE(answer);
    return answer ? *std::move(answer) : httpd::Response();
  }
  static httpd::Request as_watch(httpd::Request request) {
    request.query = {{"watch", "true"}};
    return request;
  }
  static size_t items_of(const std::string& body) {
    return doc::parse_json(body, nullptr).documents.front().find("items")->as_array()->size();
  }

  static constexpr int kObjects = 500;  // half a megabyte
  store::MemoryStore store_{{}};
  Handlers handlers_{
      api::builtin_kinds(), store_, {.unix_seconds = [] { return int64_t{0}; }, .new_uid = {}, .name_suffix = {}, .post = {}}};
};

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(4 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_F(Lists, AreOneStateHoweverLongTheyAreRead) {
  // What is written while a list is sent must not be seen in its second half.
  httpd::Response response = list("");
  ASSERT_TRUE(response.rest) << "half a megabyte is not made at once";
  EXPECT_LT(response.body.size(), 300'000U);
  for (int i = 0; i < kObjects; ++i) put(i, "other");
  put(kObjects, "other");
  const std::string body = whole_body(response);
  EXPECT_EQ(items_of(body), static_cast<size_t>(kObjects));
  EXPECT_EQ(body.find("other"), body.npos);
}

TEST_F(Lists, OfFewBytesAreMadeAtOnce) {
  // They have a length, which every client understands.
  for (const char* query : {"labelSelector=t%3Dfew", "limit=20", "labelSelector=t%3Dnone"})
    EXPECT_FALSE(list(query).rest) << query;
}

TEST_F(Lists, PiecesMakeTheSameAsAWhole) {
  // Each form and limit: nothing is lost or doubled where one piece ends.
  for (const char* query : {"", "limit=450", "limit=499&labelSelector=t%3Dmany"}) {
    for (const char* accept : {"application/json", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}) {
      const std::string body = whole_body(list(query, accept));
      const size_t wanted = std::string(query).empty() ? 500 : 450;
      EXPECT_EQ(items_of(body), wanted) << query << accept;
      EXPECT_TRUE(body.ends_with("]}\n")) << query << accept;
    }
  }
  const std::string yaml = whole_body(list("", "application/yaml"));
  EXPECT_EQ(doc::parse_yaml(yaml, nullptr).documents.front().find("items")->as_array()->size(), 500U);
}

TEST_F(Lists, SayWhereTheyGoOn) {
  // A page is collected before its head is written, since that tells of the rest.
  const std::string body = whole_body(list("limit=450"));
  const doc::Value document = doc::parse_json(body, nullptr).documents.front();
  EXPECT_THAT(text_at(document, "metadata.continue"), StartsWith("gl1."));
  EXPECT_EQ(number_at(document, "metadata.remainingItemCount"), 50);
}

TEST_F(Lists, ArePackedPieceByPiece) {
  // kubectl always asks for gzip: the whole of a list would have to be there otherwise.
  const std::string plain = whole_body(list(""));
  httpd::Response response = list("");
  compress(response);
  EXPECT_TRUE(response.body.empty());
  EXPECT_LT(response.rest->held_bytes(), 400'000U);
  const std::string packed = whole_body(response);
  EXPECT_LT(packed.size(), plain.size() / 4);
  EXPECT_EQ(unpacked(packed), plain);
  httpd::Response whole;
  whole.body = plain;
  compress(whole);
  EXPECT_EQ(unpacked(whole_body(whole)), plain);
}

}  // namespace
}  // namespace graylane::apiserver
