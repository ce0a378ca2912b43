#include "telemetry/access_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace graylane::telemetry {
namespace {

class AccessLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "graylane-log-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name = "access.log") const { return folder_ + "/" + name; }
  AccessLogOptions options(const std::string& path) {
    AccessLogOptions options;
    options.path = path;
    options.format = LogFormat::kJson;
    options.on_error = [this](const Error& error) {
      const std::lock_guard lock(mutex_);
      told_.push_back(error.what);
    };
    return options;
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::string folder_;
  std::mutex mutex_;
  std::vector<std::string> told_;
};

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool append(AccessRing& ring, const std::string& target) {
  AccessEntry entry;
  entry.method = "GET";
  entry.target = target;
  return ring.append(entry);
}

/// Waits for what another thread is to do.
bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

TEST_F(AccessLogTest, FlushedEntriesAreWrittenWithoutFurtherHelp) {
  // A quiet gateway's last request must be in the log, and the writer sleeps when the entry comes.
  auto log = AccessLog::open(options(path()));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(append(ring, "/" + std::to_string(i)));
    ring.flush();
    ASSERT_TRUE(eventually([&] { return lines_of(path()).size() == static_cast<size_t>(i) + 1; })) << i;
  }
}

TEST_F(AccessLogTest, CloseWritesWhatWasFlushed) {
  // At the end of the process nothing is lost.
  auto log = AccessLog::open(options(path()));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(append(ring, "/x"));
  ring.flush();
  (*log)->close();
  EXPECT_EQ(lines_of(path()).size(), 1000U);
  EXPECT_EQ((*log)->lines_written(), 1000U);
}

TEST_F(AccessLogTest, EveryEntryIsWrittenOnceOrRefused) {
  // Several workers, small rings, much more than fits: what append() took is in the file, in order, whole.
  constexpr int kWorkers = 3;
  constexpr int kEntries = 20'000;
  AccessLogOptions small = options(path());
  small.ring_bytes = 1;  // the smallest possible
  auto log = AccessLog::open(std::move(small));
  ASSERT_TRUE(log);
  std::vector<std::thread> workers;
  std::vector<std::vector<std::string>> taken(kWorkers);
  for (int worker = 0; worker < kWorkers; ++worker) {
    AccessRing& ring = (*log)->add_ring();
    workers.emplace_back([&ring, &taken, worker] {
      for (int i = 0; i < kEntries; ++i) {
        std::string target = "/" + std::to_string(worker) + "/" + std::to_string(i) + std::string(i % 300, 'x');
        if (append(ring, target)) taken[worker].push_back(std::move(target));
        if (i % 7 == 0) ring.flush();
      }
      ring.flush();
    });
  }
  for (std::thread& worker : workers) worker.join();
  (*log)->close();
  std::vector<std::vector<std::string>> written(kWorkers);
  for (const std::string& line : lines_of(path())) {
    const size_t begin = line.find("\"target\":\"") + 10;
    const std::string target = line.substr(begin, line.find('"', begin) - begin);
    written[target[1] - '0'].push_back(target);
  }
  for (int worker = 0; worker < kWorkers; ++worker) {
    EXPECT_FALSE(taken[worker].empty());
    EXPECT_TRUE(written[worker] == taken[worker]) << worker;
  }
}

TEST_F(AccessLogTest, ReopenFollowsARenamedFile) {
  // logrotate renames the file and asks for a new one.
  auto log = AccessLog::open(options(path()));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  append(ring, "/before");
  ring.flush();
  ASSERT_TRUE(eventually([&] { return lines_of(path()).size() == 1; }));
  std::filesystem::rename(path(), path("old"));
  (*log)->reopen();
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path()); }));
  append(ring, "/after");
  ring.flush();
  ASSERT_TRUE(eventually([&] { return lines_of(path()).size() == 1; }));
  EXPECT_EQ(lines_of(path("old")).size(), 1U);
}

TEST_F(AccessLogTest, AReopenThatFailsKeepsTheOldFile) {
  // A mistake in the rotation must not end the log.
  std::filesystem::create_directory(path("sub"));
  auto log = AccessLog::open(options(path("sub/access.log")));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  std::filesystem::rename(path("sub"), path("moved"));
  (*log)->reopen();
  ASSERT_TRUE(eventually([&] { return !told().empty(); }));
  append(ring, "/x");
  ring.flush();
  EXPECT_TRUE(eventually([&] { return lines_of(path("moved/access.log")).size() == 1; }));
}

TEST_F(AccessLogTest, AFileThatIsRenamedOrDeletedIsFollowed) {
  // Not everybody's rotation sends a signal, and a deleted file takes room for as long as it is open.
  auto log = AccessLog::open(options(path()));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  const auto written_to_the_path = [&] {
    append(ring, "/x");
    ring.flush();
    return !lines_of(path()).empty();
  };
  ASSERT_TRUE(eventually(written_to_the_path));
  std::filesystem::rename(path(), path("old"));
  EXPECT_TRUE(eventually(written_to_the_path));
  std::filesystem::remove(path());
  EXPECT_TRUE(eventually(written_to_the_path));
  EXPECT_TRUE(told().empty());
}

TEST_F(AccessLogTest, AFolderThatIsMovedAwayIsToldOnceAndTheFileStaysInUse) {
  // The path is looked at every second; nobody wants to read so every second.
  std::filesystem::create_directory(path("sub"));
  auto log = AccessLog::open(options(path("sub/access.log")));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  std::filesystem::rename(path("sub"), path("moved"));
  const auto written_after = [&](std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    return eventually([&] {
      append(ring, "/x");
      ring.flush();
      return std::chrono::steady_clock::now() > until;
    });
  };
  ASSERT_TRUE(written_after(std::chrono::milliseconds(2500)));
  (*log)->close();
  EXPECT_EQ(told().size(), 1U);
  EXPECT_EQ(lines_of(path("moved/access.log")).size(), (*log)->lines_written());
}

/// Lets this process write no file beyond so many bytes: a write is cut there, as on a full disk.
void limit_files(rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST_F(AccessLogTest, ALineThatADiskCutsIsFinishedWhenThereIsRoom) {
  // Half a line breaks the reader of the whole file.
  auto log = AccessLog::open(options(path()));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  limit_files(9'999);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(append(ring, "/x"));
  ring.flush();
  EXPECT_TRUE(eventually([&] { return (*log)->write_errors() > 0; }));
  EXPECT_EQ(std::filesystem::file_size(path()), 9'999U);
  EXPECT_FALSE(lines_of(path()).back().ends_with('}')) << "nothing was cut";
  limit_files(RLIM_INFINITY);
  append(ring, "/last");
  ring.flush();
  (*log)->close();
  const std::vector<std::string> lines = lines_of(path());
  for (const std::string& line : lines) EXPECT_TRUE(line.starts_with('{') && line.ends_with('}')) << line;
  EXPECT_NE(lines.back().find("/last"), std::string::npos);
  EXPECT_EQ((*log)->lines_written(), lines.size());
  EXPECT_EQ((*log)->lines_written() + (*log)->lines_lost(), 201U);
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(AccessLogTest, AFullDiskIsToldOnceAndCounted) {
  // /dev/full fails every write as a full disk does; the workers go on.
  auto log = AccessLog::open(options("/dev/full"));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  for (uint64_t i = 1; i <= 3; ++i) {
    append(ring, "/x");
    ring.flush();
    ASSERT_TRUE(eventually([&] { return (*log)->write_errors() == i; })) << i;
  }
  (*log)->close();
  EXPECT_EQ((*log)->lines_lost(), 3U);
  EXPECT_EQ((*log)->lines_written(), 0U);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_NE(told()[0].find("No space left"), std::string::npos) << told()[0];
}

TEST_F(AccessLogTest, AReaderThatDoesNotReadFillsTheRingAndNothingElse) {
  // The worker's append() fails at once; it never waits. Closing gives up after its time.
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  AccessLogOptions small = options(path("pipe"));
  small.ring_bytes = 1;
  auto log = AccessLog::open(std::move(small));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  EXPECT_TRUE(eventually([&] {
    bool taken = true;
    for (int i = 0; i < 1000; ++i) taken = append(ring, "/x") && taken;
    ring.flush();
    return !taken;
  }));
  (*log)->close();
  EXPECT_GT((*log)->lines_lost(), 0U);
  ::close(reader);
}

TEST_F(AccessLogTest, APipeWhoseReaderIsGoneIsAnErrorNotASignal) {
  // SIGPIPE would end the gateway.
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto log = AccessLog::open(options(path("pipe")));
  ASSERT_TRUE(log);
  AccessRing& ring = (*log)->add_ring();
  ::close(reader);
  append(ring, "/x");
  ring.flush();
  EXPECT_TRUE(eventually([&] { return (*log)->write_errors() == 1; }));
}

TEST_F(AccessLogTest, AFolderThatDoesNotExistIsAnErrorAtOpening) {
  // Told at start, not by an empty log later.
  const auto log = AccessLog::open(options(path("none/access.log")));
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().what.find("none/access.log"), std::string::npos);
}

}  // namespace
}  // namespace graylane::telemetry
