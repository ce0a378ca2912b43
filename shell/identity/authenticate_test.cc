#include "identity/authenticate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "identity/test_folder.h"

namespace graylane::identity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

httpd::Request request(const std::string& authorization = {}) {
  httpd::Request request;
  if (!authorization.empty()) request.headers.push_back({"authorization", authorization});
  request.tls = std::make_shared<const httpd::TlsPeer>();
  return request;
}

httpd::Request with_certificate(const std::string& name, const std::string& group, const std::string& authorization = {}) {
  httpd::Request made = request(authorization);
  made.tls = std::make_shared<const httpd::TlsPeer>(httpd::TlsPeer{
      .subject = httpd::CertificateSubject{.common_name = name, .organizations = {group}, .valid_until = kNow + 1h},
      .refused = {}});
  return made;
}

struct Authenticate : testing::Test {
  TestFolder folder;
  Tokens tokens{folder.file("tokens.json")};
  std::string token = tokens.create({.role = Role::kViewer, .user = "ann", .only_namespace = "shop"}, kNow)->token;

  Result<Identity> ask(const httpd::Request& asked, std::chrono::system_clock::time_point now = kNow) {
    return authenticate(asked, tokens, now);
  }
};

TEST_F(Authenticate, ATokenGivesItsUserRoleAndNamespace) {
  // Schemes have no case.
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER   "}) {
    const auto identity = ask(request(scheme + token));
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, "ann");
    EXPECT_EQ(identity->role, Role::kViewer);
    EXPECT_EQ(identity->only_namespace, "shop");
    EXPECT_THAT(identity->groups, ElementsAre("graylane:viewers", "system:authenticated"));
  }
}

TEST_F(Authenticate, ABadTokenIsRefusedAlsoBesideAGoodCertificate) {
  // Who shows a token means it.
  for (const std::string& bad :
       {"Bearer " + token + "x", std::string("Bearer x"), std::string("Bearer"), std::string("Bearer ")}) {
    const auto identity = ask(with_certificate("root", "system:masters", bad));
    ASSERT_FALSE(identity) << bad;
    EXPECT_EQ(identity.error().code, ErrorCode::kInvalid);
  }
}

TEST_F(Authenticate, ATokenBeatsTheCertificate) {
  // kubectl --token=VIEWER with the administrator's kubeconfig must be a viewer.
  EXPECT_EQ(ask(with_certificate("root", "system:masters", "Bearer " + token))->role, Role::kViewer);
}

TEST_F(Authenticate, ACertificateGivesUserAndGroups) {
  // CN and O, as in Kubernetes.
  const auto identity = ask(with_certificate("root", "system:masters"));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->user, "root");
  EXPECT_EQ(identity->role, Role::kAdmin);
  EXPECT_THAT(identity->groups, ElementsAre("system:masters", "system:authenticated"));
  EXPECT_EQ(ask(with_certificate("bob", "staff"))->role, Role::kNone);
}

TEST_F(Authenticate, ACertificateThatDoesNotCountIsRefused) {
  // It is not the same as none: the client believes that it is somebody.
  httpd::Request foreign = request();
  foreign.tls = std::make_shared<const httpd::TlsPeer>(httpd::TlsPeer{.subject = {}, .refused = "unknown issuer"});
  EXPECT_THAT(ask(foreign).error().what, HasSubstr("unknown issuer"));
  EXPECT_FALSE(ask(with_certificate("", "system:masters")));
  EXPECT_FALSE(ask(with_certificate("root", "system:masters"), kNow + 2h)) << "it ended while the connection went on";
}

TEST_F(Authenticate, TwoAuthorizationsAreNone) {
  // A proxy in between may have looked at the other one.
  httpd::Request twice = request("Bearer " + token);
  twice.headers.push_back({"Authorization", "Bearer " + token});
  ASSERT_FALSE(ask(twice));
  EXPECT_EQ(ask(twice).error().code, ErrorCode::kInvalid);
}

TEST_F(Authenticate, WithoutCredentialsItIsAnonymous) {
  // Another scheme too, as in Kubernetes.
  httpd::Request plain;
  for (const httpd::Request& asked : {plain, request(), request("Basic eDp5")}) {
    const auto identity = ask(asked);
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->user, "system:anonymous");
    EXPECT_THAT(identity->groups, ElementsAre("system:unauthenticated"));
    EXPECT_FALSE(identity->authenticated());
  }
}

TEST_F(Authenticate, TokensThatCannotBeReadAreNoBadTokens) {
  // The client did nothing wrong, and its token should not be thrown away.
  folder.write("tokens.json", "broken");
  const auto identity = ask(request("Bearer " + token));
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(ask(with_certificate("root", "system:masters")));
}

}  // namespace
}  // namespace graylane::identity
