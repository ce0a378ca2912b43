#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "local/process_tree.h"
#include "local/test_pods.h"

namespace graylane::local {
namespace {

using std::chrono::milliseconds;

/// Shells that start others in every way: a child, a child of a session of its own, and a daemon whose parent is gone.
std::string family(const std::string& folder) {
  return "command: [/bin/sh, -c, 'echo $$$$ > " + folder + "/a; sh -c \"echo \\$\\$ > " + folder +
         "/b; sleep 1000\" & setsid sh -c \"echo \\$\\$ > " + folder +
         "/c; trap : TERM HUP; while :; do sleep 0.1; done\" & (setsid sh -c \"echo \\$\\$ > " + folder +
         "/d; sleep 1000\" &); sleep 1000']";
}

pid_t read_pid(const std::string& file) {
  std::ifstream stream(file);
  pid_t pid = 0;
  stream >> pid;
  return pid;
}

std::vector<pid_t> family_of(const std::string& folder) {
  std::vector<pid_t> pids;
  for (const char* name : {"/a", "/b", "/c", "/d"}) {
    if (const pid_t pid = read_pid(folder + name)) pids.push_back(pid);
  }
  return pids;
}

bool lives(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  return !text.empty() && text.find(") Z ") == text.npos;  // a zombie is nobody's orphan: somebody has still to read its end
}

bool any_lives(const std::vector<pid_t>& pids) { return std::ranges::any_of(pids, lives); }

bool wait_for(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

/// A process that ends with the test, however the test ends.
class Victim {
 public:
  explicit Victim(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (::posix_spawn(&pid_, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0) pid_ = -1;
  }
  ~Victim() { kill(); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST(Orphans, NothingIsLeftWhenTheRuntimeIsKilled) {
  // Whoever kills graylane with SIGKILL must not find ports taken and programs running an hour later.
  const TestFolder folder;
  const std::string manifest = folder.path() + "/pod.yaml";
  std::ofstream(manifest) << "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: main, "
                          << family(folder.path()) << "}]}}";
  Victim runtime({"/proc/self/exe", "runtime", folder.path() + "/state", manifest});
  ASSERT_GT(runtime.pid(), 0);
  ASSERT_TRUE(wait_for([&] { return family_of(folder.path()).size() == 4; }));
  std::vector<pid_t> everybody = family_of(folder.path());
  for (const pid_t supervisor : children_of(runtime.pid())) everybody.push_back(supervisor);
  EXPECT_EQ(everybody.size(), 5u);
  EXPECT_TRUE(std::ranges::all_of(everybody, lives));
  runtime.kill();
  EXPECT_TRUE(wait_for([&] { return !any_lives(everybody); }));
}

class OrphanTest : public PodTest {};

TEST_F(OrphanTest, WhatAProgramLeftIsKilledWithIt) {
  // A container ends with its program; a forgotten daemon would hold the port that the next life needs.
  pod("web", family(folder_.path()), "restartPolicy: Never,");
  ASSERT_TRUE(wait_until([&] { return family_of(folder_.path()).size() == 4; }));
  const std::vector<pid_t> family = family_of(folder_.path());
  ::kill(family.front(), SIGKILL);
  EXPECT_TRUE(wait_until([&] { return view("web").phase == "Failed"; }));
  EXPECT_FALSE(any_lives(family));
}

TEST_F(OrphanTest, DestroyingTheRuntimeKillsAll) {
  // When it is gone nothing of it runs, so that the next one may begin at once.
  pod("web", family(folder_.path()));
  ASSERT_TRUE(wait_until([&] { return family_of(folder_.path()).size() == 4; }));
  end_runtime();
  EXPECT_FALSE(any_lives(family_of(folder_.path())));
}

TEST_F(OrphanTest, AKilledSupervisorTakesItsProgramAlong) {
  // The program without its supervisor would neither be logged nor ever be stopped.
  pod("web", "command: [/bin/sh, -c, 'echo $$$$; exec sleep 1000']");
  ASSERT_TRUE(wait_until([&] { return log("web").ends_with('\n'); }));
  const pid_t program = std::stoi(log("web"));
  const std::vector<pid_t> supervisors = children_of(::getpid());
  ASSERT_EQ(supervisors.size(), 1u);
  ::kill(supervisors.front(), SIGKILL);
  EXPECT_TRUE(wait_until([&] { return restarts("web") == 1; }));
  EXPECT_TRUE(wait_for([&] { return !lives(program); }));
}

}  // namespace
}  // namespace graylane::local
