// The small parts: addresses, logs, base64, /proc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <set>
#include <vector>

#include "doc/parse.h"
#include "local/address_pool.h"
#include "local/base64.h"
#include "local/log_file.h"
#include "local/process_tree.h"
#include "local/qos.h"
#include "local/test_pods.h"
#include "net/socket.h"

namespace graylane::local {
namespace {

TEST(LoopbackPool, TwoInstancesHaveDifferentAddresses) {
  // Two people on one machine, or a test beside a demo, must not answer for each other.
  LoopbackPool first;
  LoopbackPool second;
  std::set<std::string> addresses;
  for (int i = 0; i < 300; ++i) {
    addresses.insert(*first.take());
    addresses.insert(*second.take());
  }
  EXPECT_EQ(addresses.size(), 600u);
  EXPECT_NE(first.range(), second.range());
}

TEST(LoopbackPool, AReturnedAddressComesBackLast) {
  // A client that still has a removed Pod's address must not reach a stranger there.
  LoopbackPool pool;
  const std::string first = *pool.take();
  pool.give_back(first);
  std::set<std::string> others;
  std::string next = *pool.take();
  for (; next != first; next = *pool.take()) others.insert(next);
  EXPECT_EQ(others.size(), 1021u);
  EXPECT_EQ(pool.take().error().code, ErrorCode::kLimit);
}

TEST(LoopbackPool, WithoutPodsNoRangeIsClaimed) {
  // Many instances that only route must be able to run at once.
  const LoopbackPool idle;
  EXPECT_EQ(idle.claim(), -1);
}

constexpr LogFile::Time kTime{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

std::vector<LogTime> times_of(const std::string& log) {
  const std::string bytes = tail_of(times_path(log), 1'000'000);
  std::vector<LogTime> times(bytes.size() / sizeof(LogTime));
  std::memcpy(times.data(), bytes.data(), times.size() * sizeof(LogTime));
  return times;
}

TEST(LogFile, KnowsWhenEachPieceWasPrinted) {
  // Who looks for the minute in which something broke asks for that minute, not for the whole log.
  const TestFolder folder;
  const std::string path = folder.path() + "/a.log";
  {
    LogFile log(path, 1'000);
    log.append("first\n", kTime);
    log.append("second\n", kTime + std::chrono::seconds(5));
  }
  LogFile(path, 1'000).append("third\n", kTime + std::chrono::seconds(9));
  const std::vector<LogTime> times = times_of(path);
  ASSERT_EQ(times.size(), 3u);
  EXPECT_EQ(times[1].offset, 6u);
  EXPECT_EQ(times[2].offset, 13u);
  EXPECT_EQ(times[2].unix_nanoseconds - times[0].unix_nanoseconds, 9'000'000'000);
}

TEST(LogFile, TimesGoWithTheirFileAndAreBounded) {
  // A program that prints byte by byte must not fill the disk with times; and times of another file would be wrong ones.
  const TestFolder folder;
  const std::string path = folder.path() + "/a.log";
  LogFile log(path, 100'000);
  int printed = 0;
  for (; size_of(path + ".1") == 0; ++printed) log.append("x", kTime + std::chrono::seconds(printed));
  const std::vector<LogTime> old = times_of(path + ".1");
  EXPECT_EQ(old.size(), size_of(path + ".1"));
  EXPECT_LE(size_of(times_path(path + ".1")), 100'000u / 8 + sizeof(LogTime));
  ASSERT_EQ(times_of(path).size(), 1u);
  EXPECT_EQ(times_of(path)[0].offset, 0u);
  EXPECT_EQ(times_of(path)[0].unix_nanoseconds, old.back().unix_nanoseconds + 1'000'000'000);
}

TEST(LogFile, KeepsTheNewestWithinItsBound) {
  // A chatty program must not fill the disk.
  const TestFolder folder;
  const std::string path = folder.path() + "/a.log";
  LogFile log(path, 100);
  for (int i = 0; i < 50; ++i) log.append("line " + std::to_string(i) + "\n", kTime);
  const std::string newest = tail_of(path, 1000), older = tail_of(path + ".1", 1000);
  EXPECT_TRUE(newest.ends_with("line 49\n"));
  EXPECT_LE(newest.size(), 50u);
  EXPECT_LE(older.size(), 50u);
  EXPECT_FALSE(older.empty());
  EXPECT_EQ(tail_of(path, 8), "line 49\n");
  LogFile(path, 100).append("again\n", kTime);
  EXPECT_TRUE(tail_of(path, 1000).ends_with("again\n"));
}

TEST(LogFile, GoesOnWhenItCanBeOpenedAgain) {
  // A disk without inodes, or a folder that is away for a moment, must not silence a program until its restart.
  const TestFolder folder;
  const std::string logs = folder.path() + "/logs", path = logs + "/a.log";
  std::filesystem::create_directory(logs);
  LogFile log(path, 20);
  log.append("0123456\n", kTime);
  std::filesystem::rename(logs, folder.path() + "/away");
  log.append("lost in the rotation\n", kTime);
  log.append("lost as well\n", kTime);
  std::filesystem::create_directory(logs);
  log.append("kept\n", kTime);
  EXPECT_EQ(tail_of(path, 1000), "kept\n");
}

TEST(LogFile, DoesNotOutgrowItsBoundWhenItCannotRotate) {
  // Whatever the reason is, the bound is what was promised.
  const TestFolder folder;
  const std::string path = folder.path() + "/a.log";
  std::filesystem::create_directories(path + ".1/in-the-way");
  LogFile log(path, 20);
  for (int i = 0; i < 10; ++i) log.append("012345678\n", kTime);
  EXPECT_EQ(size_of(path), 10u);
  std::filesystem::remove_all(path + ".1");
  log.append("kept\n", kTime);
  EXPECT_EQ(tail_of(path, 1000), "kept\n");
}

class FileLimitTest : public PodTest {
 protected:
  static void set(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
};

TEST_F(FileLimitTest, ALimitOnFilesCostsLogLinesAndNotTheProgram) {
  // The supervisor would die of SIGXFSZ, and the program with it, in every life again.
  const std::string done = folder_.path() + "/done";
  set(64 << 10);
  pod("web", "command: [/bin/sh, -c, 'grep SigIgn /proc/$$$$/status; head -c 300000 /dev/zero; mkdir " + done + "; sleep 1000']");
  set(0);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(done); }));
  ASSERT_TRUE(wait_ready("web"));
  EXPECT_EQ(restarts("web"), 0);
  EXPECT_EQ(log("web").size(), size_t{64} << 10);
  // Two signals that the C library keeps for itself may be anything.
  const std::string ignored = log("web").substr(std::string("SigIgn:\t").size(), 16);
  EXPECT_EQ(std::stoull(ignored, nullptr, 16) & 0x7fff'ffffU, 0u) << "programs find the signals as they expect them: " << ignored;
}

TEST(QosClass, IsWhatRequestsAndLimitsMakeIt) {
  // It is shown with every Pod, and what does not match its manifest confuses.
  const auto class_of = [](const std::string& containers) {
    return qos_class(&doc::parse_yaml("{containers: [" + containers + "]}", nullptr).documents.at(0));
  };
  EXPECT_EQ(class_of("{name: a}"), "BestEffort");
  EXPECT_EQ(class_of("{name: a, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1000m, memory: 1024Mi}}}"),
            "Guaranteed");
  EXPECT_EQ(class_of("{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}"), "Guaranteed");
  EXPECT_EQ(class_of("{name: a, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 999m}}}"), "Burstable");
  EXPECT_EQ(class_of("{name: a, resources: {requests: {memory: 1M}}}"), "Burstable");
  EXPECT_EQ(class_of("{name: a, resources: {limits: {cpu: 1, memory: 1Gi}}}, {name: b}"), "Burstable");
}

TEST(LogPath, NamesThatAreNoFileNamesHaveNone) {
  // Names come from objects that anybody may have written.
  EXPECT_EQ(log_path("/s", "ns", "pod", "c"), "/s/pods/ns_pod/c.log");
  EXPECT_EQ(log_path("/s", "ns", "../pod", "c"), "");
  EXPECT_EQ(log_path("/s", "ns", "pod", ".."), "");
}

TEST(Base64, DecodesWhatSecretsHold) {
  // A password with one wrong byte opens nothing.
  EXPECT_EQ(decode_base64("aGVsbG8="), "hello");
  EXPECT_EQ(decode_base64("aGVs\nbG8h"), "hello!");
  EXPECT_EQ(decode_base64("AP+A"), std::string("\0\xff\x80", 3));
  EXPECT_FALSE(decode_base64("a"));
}

TEST(ProcessTree, FindsListenersAndTheirHolders) {
  // The reasons for a port that is taken rest on this.
  const auto own = net::listen(*net::SocketAddress::from_ip("127.0.0.1", 0));
  const uint16_t port = net::local_address(own->get()).port();
  ASSERT_EQ(listeners_on("127.0.0.1", port).size(), 1u);
  EXPECT_FALSE(listeners_on("127.0.0.1", port).front().any_address);
  EXPECT_TRUE(listeners_on("127.0.0.2", port).empty());
  EXPECT_EQ(holder_of(listeners_on("127.0.0.1", port).front().inode), ::getpid());
  const auto any = net::listen(*net::SocketAddress::from_ip("0.0.0.0", 0));
  const auto found = listeners_on("127.0.0.2", net::local_address(any->get()).port());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found.front().any_address);
  const auto any6 = net::listen(*net::SocketAddress::from_ip("::", 0));
  if (!any6) return;  // a machine without IPv6
  EXPECT_EQ(listeners_on("127.0.0.2", net::local_address(any6->get()).port()).size(), 1u);
}

}  // namespace
}  // namespace graylane::local
