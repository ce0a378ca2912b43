#include "net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>

namespace graylane::net {
namespace {

using testing::ElementsAre;
using testing::Not;

/// Waits for answers. None of the names needs a network.
class ResolverTest : public testing::Test {
 protected:
  Resolver::Answer answer_to(const std::string& name) {
    resolver_.ask(name);
    return wait_for(name);
  }
  Resolver::Answer wait_for(const std::string& name) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return answers_.contains(name); });
    return answers_.at(name);
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::string, Resolver::Answer> answers_;
  Resolver resolver_{[this](const std::string& name, Resolver::Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(name, std::move(answer));
    arrived_.notify_all();
  }};
};

TEST_F(ResolverTest, LocalhostIsThisMachineByIPv4) {
  // Programs on a laptop listen on 127.0.0.1: ::1, which hosts files name too, would be refused every second time.
  const auto answer = answer_to("localhost");
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_THAT(*answer, ElementsAre("127.0.0.1"));
}

TEST_F(ResolverTest, ANumericAddressIsItself) {
  // Kubernetes takes such an externalName.
  EXPECT_THAT(answer_to("192.0.2.7").value(), ElementsAre("192.0.2.7"));
  EXPECT_THAT(answer_to("2001:db8::7").value(), ElementsAre("2001:db8::7"));
}

TEST_F(ResolverTest, ANameThatDoesNotExistIsAnError) {
  // A label of more than 63 letters exists nowhere, and is found out without asking anybody.
  const auto answer = answer_to(std::string(64, 'a') + ".invalid");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().what, Not(testing::IsEmpty()));
}

TEST_F(ResolverTest, MoreQuestionsThanThreadsAreAllAnswered) {
  // A directory may have hundreds of such Services.
  for (int i = 1; i <= 100; ++i) resolver_.ask("192.0.2." + std::to_string(i));
  for (int i = 1; i <= 100; ++i) EXPECT_TRUE(wait_for("192.0.2." + std::to_string(i)));
}

TEST(Resolver, NobodyIsToldOnceItIsGone) {
  // A lookup may take longer than the program wants to live.
  for (int round = 0; round < 50; ++round) {
    auto alive = std::make_shared<bool>(true);
    {
      Resolver resolver([alive](const std::string&, const Resolver::Answer&) { ASSERT_TRUE(*alive); });
      for (int i = 0; i < 8; ++i) resolver.ask("localhost");
    }
    *alive = false;
  }
}

}  // namespace
}  // namespace graylane::net
