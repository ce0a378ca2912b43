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

Said run_until_killed(const std::string& path, int64_t number, int lines) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    run_child(path, pipe[1], number);
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

TEST(DurableStoreCrash, WhatWasAcknowledgedOrSeenIsThereAfterKill9) {
  // This is what "durable" means to those who get an answer.
  TestFolder folder;
  std::mt19937 random(11);
  uint64_t revision = 0;
  int64_t number = 0;
  for (int round = 0; round < 100 && !HasFailure(); ++round) {
    const Said said = run_until_killed(folder.file(), number, 1 + static_cast<int>(random() % 120));
    auto store = open_store(folder.file(), options());
    EXPECT_GE(store->revision(), std::max(revision, said.revision));
    for (int i = 0; i < kWriters; ++i) expect_survived(*store, said, std::to_string(i), number);
    EXPECT_FALSE(store->get({"", "Process", "a", "volatile"}));
    remove_all(*store);
    revision = store->revision();
    for (const auto& [name, last] : said.written) number = std::max(number, last);
    number = (number / 10 + 1) * 10;  // a multiple of ten stands for "deleted"
  }
}

}  // namespace
}  // namespace graylane::store
