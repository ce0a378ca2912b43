#include "dialect/ingress_nginx/variables.h"

#include <gtest/gtest.h>

namespace graylane::ingress_nginx {
namespace {

using Kind = route::TextTemplate::Part::Kind;

const LocationConstants kHere{"shop", "main", "web", "80", "/a"};

TEST(Variables, TextWithoutADollarIsLiteral) {
  // Most values have none; they cost nothing at request time.
  EXPECT_EQ(parse_template("/v1", kHere)->literal_text(), "/v1");
  EXPECT_TRUE(parse_template("", kHere)->parts.empty());
}

TEST(Variables, OneDigitIsACapture) {
  // "$12" is the first capture and a 2, as in nginx.
  const auto text = parse_template("/$12", kHere);
  ASSERT_EQ(text->parts.size(), 3U);
  EXPECT_EQ(text->parts[1].kind, Kind::kCapture);
  EXPECT_EQ(text->parts[1].capture, 1);
  EXPECT_EQ(text->parts[2].text, "2");
}

TEST(Variables, NamesOfTheLocationAreText) {
  // They are the same for every request, so they are filled in once, and join what stands beside them.
  const auto text = parse_template("/$namespace/$ingress_name/${service_name}:$service_port", kHere);
  EXPECT_TRUE(text->is_literal());
  EXPECT_EQ(text->literal_text(), "/shop/main/web:80");
}

TEST(Variables, NamesOfTheRequestStay) {
  // Header names are canonical, so that the matcher compares them as they are.
  const auto text = parse_template("$scheme://${host}$request_uri-$http_X_User_Id-$cookie_Id-$arg_Q", kHere);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->parts[0].variable, route::Variable::kScheme);
  EXPECT_EQ(text->parts[2].variable, route::Variable::kHost);
  EXPECT_EQ(text->parts[5].variable, route::Variable::kHeader);
  EXPECT_EQ(text->parts[5].text, "x-user-id");
  EXPECT_EQ(text->parts[7].variable, route::Variable::kCookie);
  EXPECT_EQ(text->parts[9].variable, route::Variable::kArgument);
}

TEST(Variables, AnUnknownNameFailsAndIsNamed) {
  // nginx would refuse its whole configuration; the message has to say which word it was.
  EXPECT_EQ(parse_template("/$nobody/$host", kHere).error().what, "unknown variable $nobody");
  EXPECT_EQ(parse_template("/$http_", kHere).error().what, "unknown variable $http_");
  for (const char* text : {"$", "a$", "$$", "${host", "${}", "$-"})
    EXPECT_EQ(parse_template(text, kHere).error().what, "a $ without the name of a variable") << text;
}

TEST(Variables, AnUnknownNameOfAHashKeyIsEmptyText) {
  // upstream-hash-by is read by a balancer that does not check: everybody gets one endpoint.
  EXPECT_EQ(parse_hash_key("$nobody", kHere).parts.size(), 0U);
  EXPECT_EQ(parse_hash_key("a$nobody", kHere).literal_text(), "a");
  EXPECT_EQ(parse_hash_key("$request_uri", kHere).parts.size(), 1U);
  EXPECT_EQ(parse_hash_key("a$", kHere).literal_text(), "a");
}

}  // namespace
}  // namespace graylane::ingress_nginx
