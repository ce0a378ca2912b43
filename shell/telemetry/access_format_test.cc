#include "telemetry/access_format.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "telemetry/access_codec.h"

namespace graylane::telemetry {
namespace {

constexpr std::array kTries = {UpstreamTry{"10.0.0.1:8080", 0, 1'000'000, 502}, UpstreamTry{"10.0.0.2:8080", 12, 2'999'999, 200}};

AccessEntry entry() {
  AccessEntry entry;
  entry.unix_milliseconds = 1'700'000'000'123;
  entry.client = "192.0.2.1";
  entry.method = "GET";
  entry.target = "/cart?x=1";
  entry.protocol = "HTTP/1.1";
  entry.host = "shop.example";
  entry.status = 200;
  entry.body_bytes_sent = 12;
  entry.user_agent = "curl/8";
  entry.request_bytes = 95;
  entry.request_duration = 4'000'000;
  entry.ns = "default";
  entry.ingress = "shop";
  entry.upstream = "default-old-80";
  entry.tries = kTries;
  entry.request_id = "abc";
  return entry;
}

std::string line_of(const AccessEntry& entry, LogFormat format) {
  std::string line;
  AccessFormatter(format).append(entry, line);
  return line;
}

class AccessFormat : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

TEST_F(AccessFormat, IngressNginxLineIsItsDefaultFormat) {
  // Teams have parsers for exactly this line.
  EXPECT_EQ(line_of(entry(), LogFormat::kIngressNginx),
            "192.0.2.1 - - [14/Nov/2023:22:13:20 +0000] \"GET /cart?x=1 HTTP/1.1\" 200 12 \"-\" \"curl/8\" 95 0.004 "
            "[default-old-80] [] 10.0.0.1:8080, 10.0.0.2:8080 0, 12 0.001, 0.002 502, 200 abc\n");
}

TEST_F(AccessFormat, IngressNginxLineWithoutUpstreamHasDashes) {
  // A redirect of the gateway itself: no field may vanish, or all that follow would shift.
  AccessEntry redirect = entry();
  redirect.tries = {};
  redirect.upstream = {};
  redirect.request_id = {};
  redirect.user = "ann";
  EXPECT_EQ(line_of(redirect, LogFormat::kIngressNginx),
            "192.0.2.1 - ann [14/Nov/2023:22:13:20 +0000] \"GET /cart?x=1 HTTP/1.1\" 200 12 \"-\" \"curl/8\" 95 0.004 "
            "[-] [] - - - - -\n");
}

TEST_F(AccessFormat, TheCanaryIsNamed) {
  // It is how people see in the log which version answered.
  AccessEntry canary = entry();
  canary.alternative = "default-new-80";
  EXPECT_NE(line_of(canary, LogFormat::kIngressNginx).find("[default-old-80] [default-new-80] "), std::string::npos);
  EXPECT_NE(line_of(canary, LogFormat::kJson).find(R"("canary":"default-new-80")"), std::string::npos);
}

TEST_F(AccessFormat, ControlBytesCannotForgeALine) {
  // A client that sends a newline or an escape sequence must not write log lines or steer a terminal.
  AccessEntry evil = entry();
  evil.user_agent = "a\n1.2.3.4 - - \"x\" \x1b[2J \\ \xc3\xa4 \xff";
  const std::string nginx = line_of(evil, LogFormat::kIngressNginx);
  EXPECT_EQ(nginx.find('\n'), nginx.size() - 1);
  EXPECT_NE(nginx.find(R"("a\x0A1.2.3.4 - - \x22x\x22 \x1B[2J \x5C \xC3\xA4 \xFF")"), std::string::npos) << nginx;
  const std::string json = line_of(evil, LogFormat::kJson);
  EXPECT_EQ(json.find('\n'), json.size() - 1);
  EXPECT_NE(json.find(R"("user_agent":"a\u000a1.2.3.4 - - \"x\" \u001b[2J \\ ä \\xFF")"), std::string::npos) << json;
}

TEST_F(AccessFormat, JsonLineHasAllThatIsKnown) {
  // One object per line, for machines.
  EXPECT_EQ(line_of(entry(), LogFormat::kJson),
            R"({"time":"2023-11-14T22:13:20.123Z","client":"192.0.2.1","method":"GET","host":"shop.example",)"
            R"("target":"/cart?x=1","protocol":"HTTP/1.1","status":200,"body_bytes_sent":12,"request_bytes":95,)"
            R"("seconds":0.004000,"user_agent":"curl/8","namespace":"default","ingress":"shop","upstream":"default-old-80",)"
            R"("tries":[{"address":"10.0.0.1:8080","status":502,"bytes":0,"seconds":0.001000},)"
            R"({"address":"10.0.0.2:8080","status":200,"bytes":12,"seconds":0.002999}],"request_id":"abc"})"
            "\n");
}

TEST_F(AccessFormat, JsonStringsAreValidUtf8) {
  // Overlong forms and halves of surrogates would make the line unreadable for strict parsers.
  const auto json = [](std::string_view text) {
    std::string line;
    append_json_string(line, text);
    return line;
  };
  EXPECT_EQ(json("\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xe2\x82\xac\xf0\x9f\x98\x80\"");
  EXPECT_EQ(json("\xc0\xaf"), R"("\\xC0\\xAF")");
  EXPECT_EQ(json("\xed\xa0\x80"), R"("\\xED\\xA0\\x80")");
  EXPECT_EQ(json("\xf4\x90\x80\x80"), R"("\\xF4\\x90\\x80\\x80")");
  EXPECT_EQ(json("\xe2\x82"), R"("\\xE2\\x82")");
  EXPECT_EQ(json(std::string_view("\0\x7f", 2)), R"("\u0000\u007f")");
}

TEST(AccessCodec, AnEntryComesBackAsItWas) {
  // The writer formats what the worker meant.
  const AccessEntry before = entry();
  std::vector<char> bytes(encoded_size(before));
  encode_entry(before, bytes.data());
  DecodedEntry after;
  decode_entry({bytes.data(), bytes.size()}, after);
  EXPECT_EQ(line_of(after.entry, LogFormat::kJson), line_of(before, LogFormat::kJson));
}

TEST(AccessCodec, LongTextsAreCut) {
  // One request must not take the whole ring.
  const std::string text(100'000, 'x');
  AccessEntry large = entry();
  for (std::string_view* member :
       {&large.client, &large.user, &large.method, &large.target, &large.protocol, &large.host, &large.referer, &large.user_agent,
        &large.ns, &large.ingress, &large.upstream, &large.alternative, &large.request_id}) {
    *member = text;
  }
  UpstreamTry long_try;
  long_try.address = text;
  const std::vector<UpstreamTry> tries(20, long_try);
  large.tries = tries;
  ASSERT_LE(encoded_size(large), kEncodedBytesMax);
  std::vector<char> bytes(encoded_size(large));
  encode_entry(large, bytes.data());
  DecodedEntry after;
  decode_entry({bytes.data(), bytes.size()}, after);
  EXPECT_EQ(after.entry.target.size(), kLogTargetBytesMax);
  EXPECT_EQ(after.entry.user_agent.size(), kLogTextBytesMax);
  EXPECT_EQ(after.entry.tries.size(), kLogTriesMax);
  EXPECT_EQ(after.entry.request_id.size(), kLogTextBytesMax);
}

TEST(BasicAuthUser, IsTheNameAndNeverThePassword) {
  // The log must not hold secrets.
  EXPECT_EQ(basic_auth_user("Basic YW5uOnNlY3JldA=="), "ann");
  EXPECT_EQ(basic_auth_user("bAsIc YW5uOg=="), "ann");
  EXPECT_EQ(basic_auth_user("Basic YW5u"), "") << "without a colon it may be anything";
  EXPECT_EQ(basic_auth_user("Bearer YW5uOnNlY3JldA=="), "");
  EXPECT_EQ(basic_auth_user("Basic !!!"), "");
  EXPECT_EQ(basic_auth_user(""), "");
}

}  // namespace
}  // namespace graylane::telemetry
