#include "identity/pki.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "identity/certificate.h"
#include "identity/test_folder.h"

namespace graylane::identity {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const SystemTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
const std::vector<std::string> kNames = {"localhost", "127.0.0.1"};

Certificate server_of(const Pki& pki) { return std::move(*Certificate::read(pki.server)); }

Pki open(const TestFolder& folder, SystemTime now = kNow, const std::vector<std::string>& names = kNames) {
  auto pki = open_pki(folder.path(), names, now);
  if (!pki) ADD_FAILURE() << pki.error().to_string();
  return pki ? *pki : Pki();
}

TEST(Pki, IsMadeOnceAndSurvivesARestart) {
  // A kubeconfig that people copied must work after it.
  const TestFolder folder;
  const Pki first = open(folder);
  EXPECT_THAT(folder.names(), UnorderedElementsAre("pki"));
  EXPECT_THAT(folder.names("pki"), UnorderedElementsAre("ca.crt", "ca.key", "server.pem", "admin.pem"));
  for (const char* secret : {"pki/ca.key", "pki/server.pem", "pki/admin.pem"}) EXPECT_EQ(folder.mode(secret), 0600U) << secret;
  const Pki second = open(folder, kNow + 24h);
  EXPECT_EQ(second.ca_pem, first.ca_pem);
  EXPECT_EQ(second.server.certificate_pem, first.server.certificate_pem);
  EXPECT_EQ(second.admin.key_pem, first.admin.key_pem);
}

TEST(Pki, CertificatesLastAsLongAsIsSaid) {
  // 10 years for the CA, 1 year below it, and the caller is told when to come back.
  const TestFolder folder;
  const Pki pki = open(folder);
  const Certificate ca = std::move(*Certificate::read({pki.ca_pem, folder.read("pki/ca.key")}));
  const Certificate server = server_of(pki);
  EXPECT_TRUE(ca.is_ca());
  EXPECT_FALSE(server.is_ca());
  EXPECT_TRUE(server.signed_by(ca));
  EXPECT_EQ(ca.not_after(), kNow + 24h * 3650);
  EXPECT_EQ(server.not_after(), kNow + 24h * 365);
  EXPECT_EQ(pki.renew_at, kNow + 24h * 335);
}

TEST(Pki, TheServersCertificateIsMadeAnewNearItsEnd) {
  // By the same CA, so that clients see no difference.
  const TestFolder folder;
  const Pki first = open(folder);
  EXPECT_EQ(open(folder, first.renew_at - 1s).server.key_pem, first.server.key_pem);
  const Pki renewed = open(folder, first.renew_at);
  EXPECT_NE(renewed.server.key_pem, first.server.key_pem);
  EXPECT_NE(renewed.admin.key_pem, first.admin.key_pem);
  EXPECT_EQ(renewed.ca_pem, first.ca_pem);
  EXPECT_EQ(open(folder, first.renew_at + 1s).server.key_pem, renewed.server.key_pem);
}

TEST(Pki, TheServersCertificateIsMadeAnewForAnotherAddress) {
  // `up --api 127.0.0.9:6443` after `up`.
  const TestFolder folder;
  const Pki first = open(folder);
  const LeafPlan plan{
      .purpose = Purpose::kServer, .common_name = "graylane-api", .organization = {}, .names = {"127.0.0.9", "::1"}};
  EXPECT_FALSE(server_of(first).fits(plan));
  const Pki second = open(folder, kNow, plan.names);
  EXPECT_TRUE(server_of(second).fits(plan));
  EXPECT_EQ(second.admin.key_pem, first.admin.key_pem);
}

TEST(Pki, ServerNamesAreThoseThatClientsUse) {
  // kubectl takes the address of the kubeconfig, a Pod the Service's name.
  EXPECT_THAT(server_names(*net::SocketAddress::parse("127.0.0.9:6443")),
              UnorderedElementsAre("localhost", "127.0.0.1", "::1", "127.0.0.9", "kubernetes", "kubernetes.default",
                                   "kubernetes.default.svc"));
  const auto everywhere = server_names(*net::SocketAddress::parse("0.0.0.0:6443"));
  EXPECT_THAT(everywhere, Contains("127.0.0.1"));
  EXPECT_THAT(everywhere, testing::Not(Contains("0.0.0.0")));
}

struct BrokenFile {
  std::string name;
  std::string text;  // empty: the file is removed
  std::string error;
};

TEST(Pki, WhatCannotBeUsedIsAnErrorAndStaysAsItIs) {
  // Somebody's key is never overwritten, whatever happened to the file beside it.
  const TestFolder other;
  const Pki foreign = open(other);
  const std::vector<BrokenFile> broken = {
      {"ca.crt", "not a certificate", "holds no certificate"},
      {"ca.crt", "", "is missing"},
      {"ca.crt", foreign.ca_pem, "does not belong to the certificate"},
      {"ca.crt", foreign.server.certificate_pem, "does not belong to the certificate"},
      {"ca.key", "", "is missing"},
      {"ca.key", "x", "holds no key"},
      {"server.pem", "x", "holds no certificate"},
      {"server.pem", foreign.server.certificate_pem + foreign.server.key_pem, "was not signed by the CA"},
      {"server.pem", foreign.server.certificate_pem, "holds no key"},
      {"admin.pem", std::string(100'000, 'x'), "is longer than"},
  };
  for (const BrokenFile& one : broken) {
    const TestFolder folder;
    open(folder);
    const std::string name = "pki/" + one.name;
    if (one.text.empty()) std::filesystem::remove(folder.file(name));
    else folder.write(name, one.text);
    const std::string key = folder.read("pki/ca.key");
    const auto result = open_pki(folder.path(), kNames, kNow);
    ASSERT_FALSE(result) << name;
    EXPECT_THAT(result.error().to_string(), AllOf(HasSubstr(folder.path()), HasSubstr(one.error))) << name;
    EXPECT_EQ(folder.read(name), one.text);
    EXPECT_EQ(folder.read("pki/ca.key"), key);
  }
}

TEST(Pki, AKeyThatOthersMayReadIsRefused) {
  // Who has it can be anybody.
  const TestFolder folder;
  open(folder);
  std::filesystem::permissions(folder.file("pki/ca.key"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto result = open_pki(folder.path(), kNames, kNow);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().to_string(), AllOf(HasSubstr("others than its owner"), HasSubstr("chmod 600")));
}

TEST(Pki, ACaOutOfItsTimeIsAnError) {
  // A clock that was wrong, or ten years.
  const TestFolder folder;
  open(folder);
  for (const auto& [when, error] :
       {std::pair{kNow - 24h, "is not valid yet"}, std::pair{kNow + 24h * 3650, "is valid no longer"}}) {
    const auto result = open_pki(folder.path(), kNames, when);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().to_string(), HasSubstr(error));
  }
}

TEST(Pki, AFolderThatCannotBeWrittenLeavesNothing) {
  // Half a CA would be in the way for ever.
  const TestFolder folder;
  EXPECT_FALSE(open_pki(folder.file("absent"), kNames, kNow));
  folder.write("pki", "a file");
  const auto result = open_pki(folder.path(), kNames, kNow);
  ASSERT_FALSE(result);
  EXPECT_THAT(folder.names(), UnorderedElementsAre("pki"));
  EXPECT_EQ(folder.read("pki"), "a file");
}

}  // namespace
}  // namespace graylane::identity
