#include "daemon/command_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "daemon/state_folder.h"
#include "sources/test_directory.h"

namespace graylane::daemon {
namespace {

/// An instance that answers in a thread of its own.
class Instance {
 public:
  explicit Instance(const std::string& state, CommandSocket::Answer answer)
      : folder_(*StateFolder::take(state)), loop_(*net::EventLoop::create()) {
    socket_ = *CommandSocket::listen(*loop_, folder_.fd(), std::move(answer));
    thread_ = std::jthread([this] { loop_->run(); });
  }
  ~Instance() {
    loop_->stop();
    thread_.join();
  }

 private:
  StateFolder folder_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<CommandSocket> socket_;
  std::jthread thread_;
};

TEST(CommandSocket, CarriesACommandAndItsAnswerWhole) {
  // Any bytes may be in them, and more than a socket holds at once.
  const sources::TestDirectory directory;
  const std::string input(3'000'000, 'x');
  Instance instance(directory / "state", [&](const Command& command) {
    EXPECT_EQ(command.arguments, (std::vector<std::string>{"explain", "", std::string("\0\n", 2)}));
    EXPECT_EQ(command.input, input);
    EXPECT_TRUE(command.err_colour);
    EXPECT_FALSE(command.out_colour);
    EXPECT_EQ(command.out_width, 80u);
    return CommandAnswer{3, command.input + command.input, "talk\n"};
  });
  const auto answer = ask_instance(directory / "state", {{"explain", "", std::string("\0\n", 2)}, input, false, true, 80, 0});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->exit_code, 3);
  EXPECT_EQ(answer->out.size(), 2 * input.size());
  EXPECT_EQ(answer->err, "talk\n");
}

TEST(CommandSocket, WithoutAnInstanceTheErrorSaysHowToGetOne) {
  // The first thing that a newcomer types is often the second step.
  const sources::TestDirectory directory;
  const auto answer = ask_instance(directory / "state", {.arguments = {"get"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
  EXPECT_NE(answer.error().fix.find("graylane up"), std::string::npos);
}

TEST(CommandSocket, OnlyItsOwnerMayAsk) {
  // Objects may hold secrets, and the machine other users.
  const sources::TestDirectory directory;
  Instance instance(directory / "state", [](const Command&) { return CommandAnswer(); });
  struct stat status{};
  ASSERT_EQ(::stat((directory / "state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((directory / "state/command.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(StateFolder, IsHeldByOneProcessAtATime) {
  // Two instances would overwrite each other's logs and sockets.
  const sources::TestDirectory directory;
  {
    const auto first = StateFolder::take(directory / "a/state");
    ASSERT_TRUE(first) << first.error().to_string();
    const auto second = StateFolder::take(directory / "a/state");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kConflict);
    EXPECT_NE(second.error().what.find("pid " + std::to_string(::getpid())), std::string::npos);
    EXPECT_EQ(holder_of(directory / "a/state"), ::getpid());
  }
  EXPECT_EQ(holder_of(directory / "a/state"), 0);
  EXPECT_TRUE(StateFolder::take(directory / "a/state"));
}

}  // namespace
}  // namespace graylane::daemon
