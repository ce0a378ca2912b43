// Session affinity by cookie: who chooses the endpoint, what the cookie says, and when there is a new one.
#include <gtest/gtest.h>

#include <set>

#include "gateway/cookies.h"
#include "gateway/test_gateway.h"

namespace graylane::gateway {
namespace {

using namespace test;
using route::Affinity;

std::string pair_of(const Response& response) {
  const std::string cookie = response.field("Set-Cookie");
  return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
}

class AffinityByCookie : public testing::Test {
 protected:
  AffinityByCookie() {
    affinity_.cookie = "INGRESSCOOKIE";
    affinity_.backend_key = "key";
    affinity_.path = "/";
  }
  void serve(std::vector<net::SocketAddress> endpoints) {
    Routes routes;
    routes.policy.affinity = affinity_;
    routes.forward("/", routes.backend(std::move(endpoints)));
    gateway_.publish(routes);
  }
  Response get(std::string_view cookie) { return gateway_.get("/", "Cookie: INGRESSCOOKIE=" + std::string(cookie) + "\r\n"); }

  Affinity affinity_;
  TestGateway gateway_;
};

std::string cookie_of(const Affinity& affinity, const CookieInput& input) {
  std::string out;
  append_affinity_cookie(affinity, "node", "key", input, out);
  return out;
}

// Scripts and proxies of users read these; the order is ingress-nginx's.
TEST_F(AffinityByCookie, WritesItsAttributesInOrder) {
  EXPECT_EQ(cookie_of(affinity_, {}), "INGRESSCOOKIE=node|key; Path=/; HttpOnly");
  affinity_.expires_seconds = 60;
  affinity_.max_age_seconds = 600;
  affinity_.domain = "app.example";
  affinity_.same_site = "Lax";
  EXPECT_EQ(
      cookie_of(affinity_, {.https = true, .user_agent = {}, .unix_seconds = 784'111'777}),
      "INGRESSCOOKIE=node|key; Expires=Sun, 06-Nov-94 08:50:37 GMT; Max-Age=600; Domain=app.example; Path=/; Secure; HttpOnly; "
      "SameSite=Lax");
  affinity_.expires_seconds = INT64_MAX;  // a century is enough for everybody
  EXPECT_NE(cookie_of(affinity_, {}).find("-2070 "), std::string::npos) << cookie_of(affinity_, {});
}

// What is Secure by mistake is lost on plain http; what is not by mistake goes over it.
TEST_F(AffinityByCookie, IsSecureByTheSchemeUnlessToldOtherwise) {
  const auto secure = [&](bool https) {
    return cookie_of(affinity_, {.https = https, .user_agent = {}, .unix_seconds = 0}).find("Secure") != std::string::npos;
  };
  EXPECT_TRUE(secure(true));
  EXPECT_FALSE(secure(false));
  affinity_.secure = Affinity::Secure::kAlways;
  EXPECT_TRUE(secure(false));
  affinity_.secure = Affinity::Secure::kNever;
  EXPECT_FALSE(secure(true));
}

// Some browsers throw a cookie away that says SameSite=None.
TEST_F(AffinityByCookie, LeavesOutSameSiteNoneForBrowsersThatRefuseIt) {
  affinity_.same_site = "None";
  const auto says_none = [&](std::string_view agent) {
    return cookie_of(affinity_, {.https = false, .user_agent = agent, .unix_seconds = 0}).ends_with("; SameSite=None");
  };
  const std::string_view iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) Version/12.0 Safari/604.1";
  EXPECT_TRUE(says_none(iphone));
  affinity_.conditional_same_site_none = true;
  EXPECT_FALSE(says_none(iphone));
  EXPECT_FALSE(says_none("Mozilla/5.0 Chrome/61.0"));
  EXPECT_TRUE(says_none("Mozilla/5.0 Chrome/120.0"));
  EXPECT_TRUE(says_none(""));
}

// The whole point: one client, one endpoint; and the cookie is not sent again and again.
TEST_F(AffinityByCookie, KeepsAClientAtItsEndpoint) {
  Upstream a("a"), b("b"), c("c");
  for (const Affinity::Mode mode : {Affinity::Mode::kBalanced, Affinity::Mode::kPersistent}) {
    affinity_.mode = mode;
    serve({a.address(), b.address(), c.address()});
    std::set<std::string> seen;
    for (int client = 0; client < 20; ++client) {
      const Response first = gateway_.get();
      EXPECT_TRUE(first.field("Set-Cookie").ends_with("|key; Path=/; HttpOnly")) << first.head;
      seen.insert(first.body);
      for (int i = 0; i < 3; ++i) {
        const Response again = gateway_.get("/", pair_of(first));
        EXPECT_EQ(again.body, first.body);
        EXPECT_FALSE(again.has("Set-Cookie"));
      }
    }
    EXPECT_EQ(seen.size(), 3U);
  }
}

// Clients that make their own value are as old as sticky sessions.
TEST_F(AffinityByCookie, TakesAnyValueOfAClientForItsKey) {
  Upstream a("a"), b("b");
  serve({a.address(), b.address()});
  std::set<std::string> seen;
  for (int client = 0; client < 20; ++client) {
    const std::string value = "mine" + std::to_string(client);
    const Response first = get(value);
    EXPECT_FALSE(first.has("Set-Cookie"));
    EXPECT_EQ(get(value).body, first.body);
    seen.insert(first.body);
  }
  EXPECT_EQ(seen.size(), 2U);
  affinity_.mode = Affinity::Mode::kPersistent;
  serve({a.address(), b.address()});
  EXPECT_TRUE(get("mine").has("Set-Cookie"));  // names no endpoint
}

// Endpoints come when a Deployment grows: only a persistent cookie moves nobody.
TEST_F(AffinityByCookie, APersistentCookieStaysWhenEndpointsCome) {
  Upstream a("a"), b("b"), c("c"), d("d");
  affinity_.mode = Affinity::Mode::kPersistent;
  serve({a.address()});
  const std::string cookie = pair_of(gateway_.get());
  serve({d.address(), c.address(), b.address(), a.address()});
  EXPECT_EQ(gateway_.get("/", cookie).body, "a");
  serve({d.address(), c.address()});
  EXPECT_TRUE(gateway_.get("/", cookie).has("Set-Cookie"));
}

// A Pod that restarts must not cost its clients their sessions for good; unless that is wanted.
TEST_F(AffinityByCookie, AClientComesBackToAnEndpointThatFailedUnlessItShallChange) {
  std::atomic<bool> sick = false;
  const auto a = Upstream::answering([&](Socket& to, const Request&) { return !sick && to.send(ok("a")); });
  Upstream b("b");
  for (const Affinity::Mode mode : {Affinity::Mode::kBalanced, Affinity::Mode::kPersistent}) {
    for (const bool change : {false, true}) {
      affinity_.mode = mode;
      affinity_.change_on_failure = change;
      sick = false;
      serve({a->address(), b.address()});
      Response first;
      while (first.body != "a") first = gateway_.get();
      sick = true;
      const Response failed = gateway_.get("/", pair_of(first));
      EXPECT_EQ(failed.body, "b");
      EXPECT_EQ(failed.has("Set-Cookie"), change);
      sick = false;
      EXPECT_EQ(gateway_.get("/", change ? pair_of(failed) : pair_of(first)).body, change ? "b" : "a");
    }
  }
}

// A first answer that comes from elsewhere must not bind its client to the endpoint that failed.
TEST_F(AffinityByCookie, ANewCookieNamesTheEndpointThatAnswered) {
  const auto a = Upstream::answering([&](Socket&, const Request&) { return false; });
  Upstream b("b");
  serve({a->address(), b.address()});
  for (int i = 0; i < 4; ++i) {
    const Response first = gateway_.get();
    EXPECT_EQ(first.body, "b");
    const size_t asked = a->count();
    EXPECT_EQ(gateway_.get("/", pair_of(first)).body, "b");
    EXPECT_EQ(a->count(), asked);
  }
}

// Another Ingress's rule for the same Service: it honours the cookie and gives none.
TEST_F(AffinityByCookie, ARuleThatSetsNoneStillHonoursIt) {
  Upstream a("a"), b("b");
  affinity_.sets_cookie = false;
  serve({a.address(), b.address()});
  std::set<std::string> seen;
  for (int i = 0; i < 4; ++i) {
    const Response response = gateway_.get();
    EXPECT_FALSE(response.has("Set-Cookie"));
    seen.insert(response.body);
  }
  EXPECT_EQ(seen.size(), 2U);
  const std::string body = get("mine").body;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("mine").body, body);
}

}  // namespace
}  // namespace graylane::gateway
