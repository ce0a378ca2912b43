#include "identity/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "identity/test_folder.h"

namespace graylane::identity {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::chrono::system_clock::time_point kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

Tokens::Created create(Tokens& tokens, const NewToken& asked = {}) {
  auto created = tokens.create(asked, kNow);
  if (!created) ADD_FAILURE() << created.error().to_string();
  return created ? *created : Tokens::Created();
}

std::string user_of(Tokens& tokens, const std::string& token) {
  const auto found = tokens.find(token);
  if (!found) return found.error().to_string();
  return *found ? (*found)->user : "nobody";
}

TEST(Tokens, AreFoundByTheirTextAndByNothingElse) {
  // That text is all that a client shows.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  EXPECT_EQ(user_of(tokens, "x"), "nobody");
  const auto ann = create(tokens, {.role = Role::kOperator, .user = "ann", .only_namespace = "shop"});
  const auto other = create(tokens);
  const auto found = tokens.find(ann.token);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->user, "ann");
  EXPECT_EQ((*found)->role, Role::kOperator);
  EXPECT_EQ((*found)->only_namespace, "shop");
  EXPECT_EQ(user_of(tokens, other.token), "token:" + other.record.id);
  for (const std::string& wrong : {std::string(), ann.token + "x", ann.token.substr(1), ann.record.id, std::string(100'000, 'x')})
    EXPECT_EQ(user_of(tokens, wrong), "nobody");
}

TEST(Tokens, HoldAsMuchChanceAsIsSaid) {
  // 256 bits are 43 characters of base64; no two are the same.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const std::string token = create(tokens).token;
    EXPECT_THAT(token, StartsWith("glt_"));
    EXPECT_EQ(token.size(), 4U + 43U);
    seen.insert(token);
  }
  EXPECT_THAT(seen, SizeIs(20));
}

TEST(Tokens, TheFileHoldsNoTokenAndIsForItsOwnerOnly) {
  // Who reads a backup of the folder must not become somebody.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  const auto created = create(tokens, {.role = Role::kAdmin, .user = "ann", .only_namespace = {}});
  EXPECT_EQ(folder.mode("tokens.json"), 0600U);
  const std::string text = folder.read("tokens.json");
  EXPECT_THAT(text, HasSubstr("ann"));
  EXPECT_EQ(text.find(created.token), text.npos);
  EXPECT_EQ(text.find(created.token.substr(4, 20)), text.npos);
}

TEST(Tokens, HoldAtOnceInAnotherProcessAndAfterARestart) {
  // `graylane token` beside a running `graylane up`; here two objects on one file.
  const TestFolder folder;
  Tokens running(folder.file("tokens.json"));
  EXPECT_EQ(user_of(running, "x"), "nobody");
  Tokens command(folder.file("tokens.json"));
  const auto ann = create(command, {.role = Role::kViewer, .user = "ann", .only_namespace = {}});
  EXPECT_EQ(user_of(running, ann.token), "ann");
  const auto bob = create(running, {.role = Role::kViewer, .user = "bob", .only_namespace = {}});
  EXPECT_EQ(user_of(command, bob.token), "bob");
  ASSERT_TRUE(command.remove(ann.record.id));
  EXPECT_EQ(user_of(running, ann.token), "nobody");
  Tokens later(folder.file("tokens.json"));
  EXPECT_EQ(user_of(later, bob.token), "bob");
}

TEST(Tokens, CanBeListedAndRemoved) {
  // A token that leaked has to end.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  const auto created = create(tokens, {.role = Role::kOperator, .user = "ann \"quoted\" é", .only_namespace = "shop"});
  const auto listed = Tokens(folder.file("tokens.json")).list();
  ASSERT_TRUE(listed);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().id, created.record.id);
  EXPECT_EQ(listed->front().user, "ann \"quoted\" é");
  EXPECT_EQ(listed->front().role, Role::kOperator);
  EXPECT_EQ(listed->front().only_namespace, "shop");
  EXPECT_EQ(listed->front().created, kNow);
  ASSERT_TRUE(tokens.remove(created.record.id));
  EXPECT_THAT(*tokens.list(), IsEmpty());
  const auto again = tokens.remove(created.record.id);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
}

TEST(Tokens, NoneIsLostWhenManyAreMadeAtOnce) {
  // Each writes the whole file.
  const TestFolder folder;
  std::vector<std::string> made(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& token : made) {
      threads.emplace_back([&] {
        Tokens tokens(folder.file("tokens.json"));
        token = create(tokens).token;
      });
    }
  }
  Tokens tokens(folder.file("tokens.json"));
  for (const std::string& token : made) EXPECT_NE(user_of(tokens, token), "nobody");
}

TEST(Tokens, NamesThatWouldMisleadAreRefused) {
  // system: is Kubernetes' own; a line break would forge lists.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  for (const char* user : {"system:anonymous", "system:admin", "a\nb"})
    EXPECT_FALSE(tokens.create({.role = Role::kViewer, .user = user, .only_namespace = {}}, kNow)) << user;
  EXPECT_FALSE(tokens.create({.role = Role::kViewer, .user = std::string(254, 'a'), .only_namespace = {}}, kNow));
  EXPECT_FALSE(tokens.create({.role = Role::kViewer, .user = {}, .only_namespace = "No Namespace"}, kNow));
  EXPECT_FALSE(tokens.create({.role = Role::kNone, .user = {}, .only_namespace = {}}, kNow));
  EXPECT_FALSE(std::filesystem::exists(folder.file("tokens.json")));
}

std::string refusal_of(const NewToken& asked) {
  const TestFolder folder;
  const auto created = Tokens(folder.file("tokens.json")).create(asked, kNow);
  return created ? "created for " + created->record.user : created.error().to_string();
}

TEST(Tokens, NobodyIsNamedAsTheAdministratorOrAsAnotherToken) {
  // The audit log tells people apart by these names alone.
  for (const char* user : {"graylane-admin", "token:0123456789ab"})
    EXPECT_THAT(refusal_of({.role = Role::kViewer, .user = user, .only_namespace = {}}),
                StartsWith("the user's name \"" + std::string(user) + "\" is reserved"));
  EXPECT_EQ(refusal_of({.role = Role::kViewer, .user = "graylane-administrator", .only_namespace = {}}),
            "created for graylane-administrator");
}

TEST(Tokens, ANameThatDoesNotFitIsQuoted) {
  // Often it came of a variable, and nobody sees what was in it.
  EXPECT_THAT(refusal_of({.role = Role::kViewer, .user = {}, .only_namespace = "Shop_1"}),
              StartsWith("the namespace's name \"Shop_1\" does not fit"));
  EXPECT_THAT(refusal_of({.role = Role::kViewer, .user = {}, .only_namespace = "shop-"}), HasSubstr("\"shop-\" does not fit"));
  EXPECT_THAT(refusal_of({.role = Role::kViewer, .user = "a\nb", .only_namespace = {}}),
              StartsWith("the user's name \"a\\nb\" does not fit"));
  EXPECT_THAT(refusal_of({.role = Role::kViewer, .user = std::string(100'000, 'a'), .only_namespace = {}}),
              HasSubstr("... (100000 bytes) does not fit"));
}

TEST(Tokens, AFileThatIsNotOursIsRefusedAndKept) {
  // Nobody gets in by a guess at what a broken file meant, and nothing is lost.
  const std::string entry = R"({"id":"a","sha256":")" + std::string(64, '0') + R"(","role":"viewer","user":"u","created":1)";
  for (const std::string& text :
       {std::string("hello"), std::string(), std::string("[]"), std::string(R"({"version":2,"tokens":[]})"),
        R"({"version":1,"tokens":[)" + entry + R"(,"namespace":7}]})", std::string(R"({"version":1,"tokens":[{"id":"a"}]})"),
        R"({"version":1,"tokens":[{"id":"a","sha256":")" + std::string(64, 'g') +
            R"(","role":"viewer","user":"u","created":1}]})"}) {
    const TestFolder folder;
    folder.write("tokens.json", text);
    Tokens tokens(folder.file("tokens.json"));
    EXPECT_FALSE(tokens.find("x")) << text;
    EXPECT_FALSE(tokens.create({}, kNow)) << text;
    EXPECT_EQ(folder.read("tokens.json"), text);
  }
  const TestFolder folder;
  folder.write("tokens.json", R"({"version":1,"tokens":[)" + entry + "}]}");
  EXPECT_THAT(*Tokens(folder.file("tokens.json")).list(), SizeIs(1)) << "the entry that the others are made of is good";
}

TEST(Tokens, WhatIsWrongWithAFileIsToldWithItsPlace) {
  // People mend such a file by hand, often one that they have edited.
  const auto refusal = [](const std::string& text) {
    const TestFolder folder;
    folder.write("tokens.json", text);
    const auto read = Tokens(folder.file("tokens.json")).list();
    EXPECT_FALSE(read) << text;
    return read ? std::string() : read.error().to_string();
  };
  const std::string good = R"({"id":"a","sha256":")" + std::string(64, '0') + R"(","role":"viewer","user":"u","created":1})";
  const auto second = [&](const std::string& entry) { return "{\"version\":1,\n \"tokens\":[" + good + ",\n  " + entry + "]}"; };
  EXPECT_THAT(refusal("{\"version\":1,\n \"tokens\":[}"), HasSubstr("tokens.json:2:12: is no file of tokens: "));
  EXPECT_THAT(refusal(second("{\"id\":7}")), HasSubstr("tokens.json:3:9: is no file of tokens: tokens[1].id is not as it was"));
  EXPECT_THAT(refusal(second("{\"id\":\"b\"}")), HasSubstr("tokens.json:3:3: is no file of tokens: tokens[1].user is not there"));
  std::string wrong = good;
  wrong.replace(wrong.find("viewer"), 6, "viewr");
  EXPECT_THAT(refusal(second(wrong)),
              HasSubstr("tokens[1].role is not as it was written; no token is valid until it can be read"));
  EXPECT_THAT(refusal("{\"version\":2,\"tokens\":[]}"), HasSubstr("tokens.json:1:12: is of version 2"));
}

TEST(Tokens, AFileThatBreaksWhileRunningAdmitsNobody) {
  // What was read before may have been taken back since.
  const TestFolder folder;
  Tokens tokens(folder.file("tokens.json"));
  const auto created = create(tokens, {.role = Role::kViewer, .user = "ann", .only_namespace = {}});
  const std::string good = folder.read("tokens.json");
  folder.write("tokens.json", "broken");
  EXPECT_FALSE(tokens.find(created.token));
  EXPECT_FALSE(tokens.find(created.token));
  folder.write("tokens.json", good);
  EXPECT_EQ(user_of(tokens, created.token), "ann");
}

}  // namespace
}  // namespace graylane::identity
