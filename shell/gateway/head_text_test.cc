// The text of a head is what its parts say, wherever they lie in memory.
#include "gateway/head_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/cookies.h"
#include "http/h1_head.h"

namespace graylane::gateway {
namespace {

std::string text_of(std::span<const HeaderField> fields) {
  HeadText text;
  text.begin(size_of(fields));
  return std::string(text.put(fields).view());
}

std::vector<HeaderField> fields_of(std::string_view head, http::RequestHead& parsed) {
  EXPECT_FALSE(http::parse_request_head(head, {}, parsed));
  return parsed.fields;
}

// Neighbours are copied at once: what was left out between them, or was written otherwise, must not come along.
TEST(HeadText, WritesEachFieldAsALineHoweverItCame) {
  const std::string head =
      "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB:2\r\nC:\t3\r\nD:  4\r\nE: 5 \r\nF:\r\nG: 6\r\nI: \r\nJ: 7\r\nK: 8\r\n\r\n";
  http::RequestHead parsed;
  std::vector<HeaderField> fields = fields_of(head, parsed);
  EXPECT_EQ(text_of(fields), "Host: a\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: \r\nG: 6\r\nI: \r\nJ: 7\r\nK: 8\r\n");
  std::erase_if(fields, [](const HeaderField& field) { return field.name == "A" || field.name == "J"; });
  fields.insert(fields.begin() + 1, {"Own", "x"});
  EXPECT_EQ(text_of(fields), "Host: a\r\nOwn: x\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: \r\nG: 6\r\nI: \r\nK: 8\r\n");
  EXPECT_EQ(size_of(fields), text_of(fields).size());
}

// A head may be larger than any before it.
TEST(HeadText, GrowsWithWhatIsAnnounced) {
  HeadText text;
  const std::string large(100'000, 'x');
  for (const std::string& part : {std::string("a"), large, std::string("b")}) {
    text.begin(part.size());
    EXPECT_EQ(text.put(part).view(), part);
  }
}

// Request ids are looked up in other programs' logs: a digit that depends on the number's place would be another id.
TEST(AppendHex, WritesSixteenDigits) {
  uint64_t number = 0x0123456789abcdef;
  for (int i = 0; i < 1000; ++i) {
    char wanted[17];
    std::snprintf(wanted, sizeof wanted, "%016llx", static_cast<unsigned long long>(number));
    std::string out;
    append_hex(number, out);
    ASSERT_EQ(out, wanted);
    number = number * 6364136223846793005 + 1442695040888963407;
  }
}

}  // namespace
}  // namespace graylane::gateway
