// kill -9 at any moment, again and again on the same file.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "store/test_objects.h"
#include "store/test_stores.h"

namespace graylane::store {
namespace {

constexpr int kWriters = 4;

DurableStoreOptions options() {
  return {.limits = {.history_events_max = 50},
          .is_volatile = [](const api::Object& object) { return object.key.kind == "Process"; }};
}

// A line is written whole: it is short, and pipes keep such writes together.
void say(int pipe, char what, const std::string& name, int64_t number, uint64_t revision) {
  const std::string line = what + (" " + name) + " " + std::to_string(number) + " " + std::to_string(revision) + "\n";
  if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

// Counts an object up for ever, and says what was acknowledged. Every tenth state is a deletion.
void write_for_ever(Store& store, int pipe, const std::string& kind, const std::string& name, int64_t number) {
  for (;;) {
    ++number;
    const auto written =
        number % 10 == 0 ? store.remove({"", kind, "a", name}) : store.apply(make_object(kind, "a", name, number));
    if (!written && written.error().code != ErrorCode::kNotFound) ::_exit(4);
    say(pipe, 'w', name, number, number % 10 == 0 || !written ? 0 : (*written)->revision);
  }
}

[[noreturn]] void run_child(const std::string& path, int pipe, int64_t number) {
  auto opened = DurableStore::open(path, options());
  if (!opened) ::_exit(2);
  Store& store = **opened;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kWriters; ++i) {
    const std::string name = std::to_string(i);
    threads.emplace_back([&, name] { write_for_ever(store, pipe, "Pod", name, number); });
  }
  threads.emplace_back([&] { write_for_ever(store, pipe, "Process", "volatile", number); });
  auto watch = store.watch({"", "Pod", {}}, store.revision());
  for (;;) {
    const auto event = watch->next(std::chrono::milliseconds(1'000));
    if (!event) watch = store.watch({"", "Pod", {}}, store.revision());
    else if (*event && (*event)->object)
      say(pipe, 's', (*event)->object->key.name, number_of(*(*event)->object), (*event)->revision);
  }
}

// Opens, counts an object up and closes, for ever.
[[noreturn]] void run_short_lives(const std::string& path, int pipe, int64_t number) {
  for (;;) {
    auto store = DurableStore::open(path, options());
    if (!store) ::_exit(2);
    const auto written = (*store)->apply(make_object("Pod", "a", "0", ++number));
    if (!written) ::_exit(4);
    say(pipe, 'w', "0", number, (*written)->revision);
  }
}

// What a child said before it was killed.
struct Said {
  std::map<std::string, int64_t> written, seen;
  uint64_t revision = 0;
};

Said listen(int pipe, int lines_until_kill, pid_t child) {
  Said said;
  std::string text;
  std::array<char, 4'096> buffer;
  int lines = 0;
  while (const ssize_t size = ::read(pipe, buffer.data(), buffer.size())) {
    if (size < 0) break;
    text.append(buffer.data(), static_cast<size_t>(size));
    for (size_t end; (end = text.find('\n')) != text.npos; text.erase(0, end + 1)) {
      std::istringstream line(text.substr(0, end));
      char what = 0;
      std::string name;
      int64_t number = 0;
      uint64_t revision = 0;
      line >> what >> name >> number >> revision;
      auto& last = (what == 'w' ? said.written : said.seen)[name];
      last = std::max(last, number);
      said.revision = std::max(said.revision, revision);
      if (++lines == lines_until_kill) ::kill(child, SIGKILL);
    }
  }
  return said;
}

using Child = void (*)(const std::string& path, int pipe, int64_t number);

Said run_until_killed(Child run, const std::string& path, int64_t number, int lines) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    run(path, pipe[1], number);
  }
  ::close(pipe[1]);
  Said said = listen(pipe[0], lines, child);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
  return said;
}

// Of an object that counted up from `begin`: what was acknowledged, or the one write more that was on its way.
void expect_survived(Store& store, const Said& said, const std::string& name, int64_t begin) {
  const auto written = said.written.find(name);
  const int64_t last = written == said.written.end() ? begin : written->second;
  const auto object = store.get({"", "Pod", "a", name});
  if (!object) {
    EXPECT_TRUE(last % 10 == 0 || last % 10 == 9) << "nothing is there after " << last;
    return;
  }
  const int64_t found = number_of(**object);
  EXPECT_TRUE(found == last || found == last + 1) << found << " is there after " << last;
  const auto seen = said.seen.find(name);
  EXPECT_TRUE(seen == said.seen.end() || found >= seen->second) << found << " is there after " << seen->second << " was seen";
}

void remove_all(Store& store) {
  std::vector<control::Change> changes;
  const auto listing = store.list({});
  for (const auto& object : listing->items) changes.push_back(control::Change::remove(object->key));
  ASSERT_TRUE(store.write(std::move(changes)));
}

// With less of the log than there was. Whether that was told; else nothing may be missing.
bool is_told(const Files& files, const std::string& path, const Said& said, int64_t number) {
  files.put(path);
  const auto store = DurableStore::open(path, options());
  if (!store) {
    EXPECT_EQ(store.error().code, ErrorCode::kInvalid) << store.error().to_string();
    return true;
  }
  for (int i = 0; i < kWriters; ++i) expect_survived(**store, said, std::to_string(i), number);
  EXPECT_GE((*store)->revision(), said.revision);
  return false;
}

TEST(DurableStoreCrash, WhatWasAcknowledgedOrSeenIsThereAfterKill9) {
  // This is what "durable" means to those who get an answer.
  TestFolder folder;
  std::mt19937 random(11);
  uint64_t revision = 0;
  int64_t number = 0;
  int told = 0;
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    const Said said = run_until_killed(run_child, folder.file(), number, 1 + static_cast<int>(random() % 120));
    const Files files = Files::of(folder.file());
    for (const size_t size : {size_t{0}, random() % files.log.size(), files.log.size() - 1}) {
      told += is_told({files.file, files.log.substr(0, size), files.mark}, folder.file("cut"), said, number);
    }
    auto store = open_store(folder.file(), options());
    EXPECT_GE(store->revision(), std::max(revision, said.revision));
    for (int i = 0; i < kWriters; ++i) expect_survived(*store, said, std::to_string(i), number);
    EXPECT_FALSE(store->get({"", "Process", "a", "volatile"}));
    remove_all(*store);
    revision = store->revision();
    for (const auto& [name, last] : said.written) number = std::max(number, last);
    number = (number / 10 + 1) * 10;  // a multiple of ten stands for "deleted"
  }
  EXPECT_GT(told, 100) << "most lives leave more in the log than in the file";
}

TEST(DurableStoreCrash, BetweenOpeningAndClosingLeavesAStoreThatIsServed) {
  // Each file beside the store is made, noted or removed there, and every half of it may be what is found.
  TestFolder folder;
  std::mt19937 random(5);
  int64_t number = 0;
  for (int round = 0; round < 60 && !HasFailure(); ++round) {
    const Said said = run_until_killed(run_short_lives, folder.file(), number, 1 + static_cast<int>(random() % 5));
    auto store = open_store(folder.file(), options());
    const int64_t last = said.written.empty() ? number : said.written.at("0");
    number = number_of(**store->get({"", "Pod", "a", "0"}));
    EXPECT_TRUE(number == last || number == last + 1) << number << " is there after " << last;
  }
}

}  // namespace
}  // namespace graylane::store
