#include "identity/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "doc/parse.h"
#include "identity/test_folder.h"

namespace graylane::identity {
namespace {

using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

AuditEntry entry(const std::string& name = "web") {
  AuditEntry entry;
  entry.time = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 3h + 4min + 5s + 67ms;
  entry.identity = user_of_role("ann", Role::kOperator);
  entry.access = {.verb = "patch",
                  .group = "apps",
                  .resource = "deployments",
                  .subresource = "scale",
                  .namespace_name = "shop",
                  .name = name,
                  .path = {}};
  entry.from = *net::SocketAddress::parse("127.0.0.1:4711");
  entry.user_agent = "kubectl/v1.36.3";
  entry.status = 200;
  return entry;
}

TEST(Audit, ALineSaysWhoDidWhatFromWhereAndHowItEnded) {
  // What people look for after an accident.
  EXPECT_EQ(audit_line(entry(), 512),
            R"({"time":"2026-03-01T03:04:05.067Z","user":"ann","role":"operator","verb":"patch","group":"apps",)"
            R"("resource":"deployments","subresource":"scale","namespace":"shop","name":"web","from":"127.0.0.1:4711",)"
            R"("userAgent":"kubectl/v1.36.3","status":200})"
            "\n");
}

TEST(Audit, WhatAClientChoseCannotForgeALine) {
  // Names and agents come from outside.
  AuditEntry forged = entry();
  forged.user_agent = "x\"}\n{\"user\":\"bob\xff" + std::string(10'000, 'y');
  forged.dry_run = true;
  const std::string line = audit_line(forged, 512);
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_LT(line.size(), 1500U);
  const auto parsed = doc::parse_json(line, std::make_shared<const std::string>("line"));
  ASSERT_FALSE(has_errors(parsed.diagnostics)) << line;
  EXPECT_EQ(*parsed.documents.front().find("user")->as_string(), "ann");
  EXPECT_TRUE(*parsed.documents.front().find("dryRun")->as_bool());
}

TEST(Audit, OnlyChangesAreWrittenDown) {
  // Questions are not, though kubectl asks them by POST.
  Access access = entry().access;
  EXPECT_TRUE(is_change(access));
  access.verb = "get";
  EXPECT_FALSE(is_change(access));
  access = {.verb = "create",
            .group = "authorization.k8s.io",
            .resource = "selfsubjectaccessreviews",
            .subresource = {},
            .namespace_name = {},
            .name = {},
            .path = {}};
  EXPECT_FALSE(is_change(access));
}

TEST(Audit, LinesAreKeptOverARestart) {
  // A log that begins anew is none.
  const TestFolder folder;
  for (int i = 0; i < 2; ++i) {
    auto log = AuditLog::open(folder.file("audit.log"));
    ASSERT_TRUE(log);
    EXPECT_TRUE(log->write(entry()));
  }
  EXPECT_EQ(folder.mode("audit.log"), 0600U);
  EXPECT_EQ(folder.read("audit.log"), audit_line(entry(), 512) + audit_line(entry(), 512));
}

TEST(Audit, FilesTurnOverBySizeAndTheOldestGoes) {
  // It must not fill the disk, and the newest changes matter most.
  const TestFolder folder;
  const size_t line = audit_line(entry("0"), 512).size();
  auto log = AuditLog::open(folder.file("audit.log"), {.bytes_max = 2 * line, .files_max = 3});
  ASSERT_TRUE(log);
  for (char name = '0'; name <= '8'; ++name) ASSERT_TRUE(log->write(entry(std::string(1, name))));
  EXPECT_THAT(folder.names(), UnorderedElementsAre("audit.log", "audit.log.1", "audit.log.2"));
  EXPECT_EQ(folder.read("audit.log"), audit_line(entry("8"), 512));
  EXPECT_EQ(folder.read("audit.log.1"), audit_line(entry("6"), 512) + audit_line(entry("7"), 512));
  EXPECT_EQ(folder.read("audit.log.2"), audit_line(entry("4"), 512) + audit_line(entry("5"), 512));
}

TEST(Audit, AFileThatCannotBeWrittenIsReported) {
  // The daemon has to say so.
  const TestFolder folder;
  EXPECT_FALSE(AuditLog::open(folder.file("absent/audit.log")));
  EXPECT_FALSE(AuditLog::open(folder.path()));
}

}  // namespace
}  // namespace graylane::identity
