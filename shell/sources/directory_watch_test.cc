#include "sources/directory_watch.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sources/test_directory.h"

namespace graylane::sources {
namespace {

using namespace std::chrono_literals;

class Watched {
 public:
  explicit Watched(const std::string& path, std::chrono::milliseconds look_again = DirectoryWatch::kLookAgain)
      : loop_(*net::EventLoop::create()) {
    watch_ = *DirectoryWatch::create(*loop_, path, {}, [this](net::Instant) { ++edits; }, look_again);
  }

  /// Runs the loop until an edit is told, or `most` is over.
  bool edited_within(std::chrono::milliseconds most) {
    const int before = edits;
    const auto end = std::chrono::steady_clock::now() + most;
    while (edits == before && std::chrono::steady_clock::now() < end) loop_->turn(10ms);
    return edits != before;
  }

  bool is_quiet() { return watch_->is_quiet(); }

  int edits = 0;

 private:
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<DirectoryWatch> watch_;
};

constexpr auto kSoon = 20s;      // of a loaded machine
constexpr auto kNotYet = 500ms;  // well over Settling::kQuietAfterLoss, well under kWriterQuiet and kLookAgain

TEST(DirectoryWatch, TellsOfNewChangedRenamedAndDeletedManifests) {
  // Whatever tool edits: every way of changing the directory must be seen.
  const TestDirectory directory;
  Watched watched(directory.path());
  directory.write("a.yaml", config_map("a"));
  EXPECT_TRUE(watched.edited_within(kSoon));
  directory.write("a.yaml", config_map("a", "2"));
  EXPECT_TRUE(watched.edited_within(kSoon));
  std::filesystem::rename(directory / "a.yaml", directory / "b.yaml");
  EXPECT_TRUE(watched.edited_within(kSoon));
  directory.remove("b.yaml");
  EXPECT_TRUE(watched.edited_within(kSoon));
}

TEST(DirectoryWatch, SeesFoldersThatCameLater) {
  // A team adds a folder for its service while the gateway runs.
  const TestDirectory directory;
  Watched watched(directory.path());
  std::filesystem::create_directories(directory / "team/service");
  EXPECT_TRUE(watched.edited_within(kSoon));
  directory.write("team/service/a.yaml", config_map("a"));
  EXPECT_TRUE(watched.edited_within(kSoon));
}

TEST(DirectoryWatch, SaysNothingWhileAFileIsBeingWritten) {
  // Half a manifest can be valid YAML without the canary in it.
  const TestDirectory directory;
  Watched watched(directory.path());
  std::ofstream file(directory / "a.yaml");
  file << "apiVersion: v1\n" << std::flush;
  EXPECT_FALSE(watched.edited_within(kNotYet));
  file << "kind: ConfigMap\nmetadata:\n  name: a\n";
  file.close();
  EXPECT_TRUE(watched.edited_within(kSoon));
}

TEST(DirectoryWatch, IsNotQuietInTheMiddleOfAnEdit) {
  // Who reads the directory since an object changed must not take half of somebody's edit for the whole.
  const TestDirectory directory;
  directory.write("a.yaml", config_map("a"));
  Watched watched(directory.path());
  EXPECT_TRUE(watched.is_quiet());
  std::filesystem::rename(directory / "a.yaml", directory / "a.yaml~");
  EXPECT_FALSE(watched.is_quiet()) << "without a turn of the loop in between";
  directory.write("a.yaml", config_map("a", "2"));
  EXPECT_FALSE(watched.is_quiet());
  EXPECT_TRUE(watched.edited_within(kSoon));
  EXPECT_TRUE(watched.is_quiet());
}

TEST(DirectoryWatch, AnEmptiedFileIsWaitedForAsAVanishedOne) {
  // `sort a.yaml > a.yaml` and tools that truncate in one step and write in the next: empty is valid, and would be an edit.
  const TestDirectory directory;
  directory.write("a.yaml", config_map("a"));
  Watched watched(directory.path());
  directory.write("a.yaml", "");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(watched.edited_within(kSoon));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Settling::kQuietAfterLoss - 10ms);
}

TEST(DirectoryWatch, OneEditOfManyFilesIsToldOnce) {
  // What is edited together takes effect together.
  const TestDirectory directory;
  Watched watched(directory.path());
  for (int i = 0; i < 100; ++i) directory.write("f" + std::to_string(i) + ".yaml", config_map("a" + std::to_string(i)));
  EXPECT_TRUE(watched.edited_within(kSoon));
  EXPECT_FALSE(watched.edited_within(kNotYet));
}

TEST(DirectoryWatch, EditorsOwnFilesAreNoEdit) {
  // vim's probe, swap and backup files come and go with every keystroke.
  const TestDirectory directory;
  Watched watched(directory.path());
  for (const char* name : {".a.yaml.swp", "4913", "a.yaml~", "notes.txt", ".graylane/state.yaml"}) directory.write(name, "x");
  EXPECT_FALSE(watched.edited_within(kNotYet));
}

TEST(DirectoryWatch, AFileNamedItselfIsWatchedThroughRenames) {
  // `up -f one.yaml`, saved by an editor that renames.
  const TestDirectory directory;
  directory.write("one.yaml", config_map("a"));
  Watched watched(directory / "one.yaml");
  for (const char* value : {"2", "3"}) {
    directory.write("one.yaml.tmp", config_map("a", value));
    std::filesystem::rename(directory / "one.yaml.tmp", directory / "one.yaml");
    EXPECT_TRUE(watched.edited_within(kSoon));
  }
}

TEST(DirectoryWatch, AMountedConfigMapIsSeenWhenItsLinkIsTurned) {
  // The kubelet replaces ..data by a rename; the manifests are links through it.
  const TestDirectory directory;
  directory.write("..1/a.yaml", config_map("a"));
  directory.write("..2/a.yaml", config_map("a", "2"));
  directory.link("..data", "..1");
  directory.link("a.yaml", "..data/a.yaml");
  Watched watched(directory.path());
  directory.link("..new", "..2");
  std::filesystem::rename(directory / "..new", directory / "..data");
  EXPECT_TRUE(watched.edited_within(kSoon));
}

TEST(DirectoryWatch, ADirectoryInThePlaceOfAnotherIsWatched) {
  // `mv manifests old; mv new manifests`: the edits that follow are of the new one, and must not wait for the next look.
  const TestDirectory above;
  above.write("manifests/team/a.yaml", config_map("a"));
  Watched watched(above / "manifests", 10min);
  std::filesystem::rename(above / "manifests", above / "old");
  EXPECT_TRUE(watched.edited_within(kSoon));
  above.write("new/team/a.yaml", config_map("a"));
  std::filesystem::rename(above / "new", above / "manifests");
  EXPECT_TRUE(watched.edited_within(kSoon));
  above.write("manifests/team/b.yaml", config_map("b"));
  EXPECT_TRUE(watched.edited_within(kSoon));
  above.write("old/team/b.yaml", config_map("b"));
  EXPECT_FALSE(watched.edited_within(kNotYet));
}

TEST(DirectoryWatch, ADirectoryThatComesBackIsWatchedAgain) {
  // A checkout may replace the whole directory.
  const TestDirectory parent;
  parent.write("d/a.yaml", config_map("a"));
  Watched watched(parent / "d", 50ms);
  parent.remove("d");
  EXPECT_TRUE(watched.edited_within(kSoon));
  parent.write("d/a.yaml", config_map("a", "2"));
  EXPECT_TRUE(watched.edited_within(kSoon));
}

}  // namespace
}  // namespace graylane::sources
