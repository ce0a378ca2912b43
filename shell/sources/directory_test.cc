#include "sources/directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "sources/test_directory.h"

namespace graylane::sources {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const Scan& scan) {
  std::vector<std::string> names;
  for (const auto& object : scan.objects) names.push_back(object->key.name);
  return names;
}

std::vector<std::string> error_ids(const Scan& scan) {
  std::vector<std::string> ids;
  for (const auto& diagnostic : scan.diagnostics) {
    if (diagnostic.severity == Severity::kError) ids.push_back(diagnostic.id);
  }
  return ids;
}

TEST(DirectoryScan, ObjectsComeInOrderOfFileAndDocument) {
  // Among objects without a timestamp this order decides which one wins.
  const TestDirectory dir;
  dir.write("b.yaml", config_map("b1") + "---\n" + config_map("b2"));
  dir.write("c.json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"}})");
  dir.write("a/a.yml", config_map("a"));
  const auto scan = DirectorySource(dir.path()).scan();
  ASSERT_TRUE(scan);
  EXPECT_THAT(names(*scan), ElementsAre("a", "b1", "b2", "c"));
  std::vector<uint64_t> orders;
  for (const auto& object : scan->objects) orders.push_back(object->age.order);
  EXPECT_THAT(orders, ElementsAre(0, 1u << 20, (1u << 20) + 1, 2u << 20));
  EXPECT_FALSE(has_errors(scan->diagnostics));
}

TEST(DirectoryScan, ObjectsKnowTheirFileAndLine) {
  // Explanations point there.
  const TestDirectory dir;
  dir.write("a.yaml", "# a comment\n" + config_map("x"));
  const auto scan = DirectorySource(dir.path()).scan();
  const api::Object& object = *scan->objects.at(0);
  EXPECT_EQ(object.at(object.find("kind")->at()).to_string(), dir / "a.yaml" + ":3:7");
}

TEST(DirectoryScan, SameKeyTwiceIsAnErrorThatNamesBothPlaces) {
  // One of the two would silently win.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("x"));
  dir.write("b.yaml", config_map("other") + "---\n" + config_map("x", "2"));
  const auto scan = DirectorySource(dir.path()).scan();
  ASSERT_THAT(error_ids(*scan), ElementsAre("duplicate-object"));
  EXPECT_EQ(to_string(scan->diagnostics.back()),
            dir / "b.yaml" + ":9:1: error: ConfigMap default/x is defined twice: here and at " + (dir / "a.yaml") +
                ":1:1 [duplicate-object]\n    in: ConfigMap default/x\n    fix: remove one of the two or give it another name");
}

TEST(DirectoryScan, AFileReachedByTwoPathsIsDefinedTwice) {
  // Guessing which of the two paths is meant would make the result depend on names nobody looks at.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("x"));
  dir.link("b.yaml", "a.yaml");
  EXPECT_THAT(error_ids(*DirectorySource(dir.path()).scan()), ElementsAre("duplicate-object"));
}

TEST(DirectoryScan, AnEmptyFileIsSaidToBeEmpty) {
  // Nothing else would say why what it defined is gone.
  const TestDirectory dir;
  dir.write("a.yaml", "");
  const auto scan = DirectorySource(dir.path()).scan();
  ASSERT_TRUE(scan);
  ASSERT_EQ(scan->diagnostics.size(), 1u);
  EXPECT_EQ(scan->diagnostics.front().id, "file-empty");
  EXPECT_FALSE(has_errors(scan->diagnostics));
}

TEST(DirectoryScan, OneBadFileDoesNotHideTheOthers) {
  // lint reports everything in one run.
  const TestDirectory dir;
  dir.write("a.yaml", "kind: [");
  dir.write("b.yaml", config_map("b"));
  dir.link("c.yaml", "/proc/self/mem");
  const auto scan = DirectorySource(dir.path()).scan();
  EXPECT_THAT(names(*scan), ElementsAre("b"));
  const auto ids = error_ids(*scan);
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids.back(), "file-unreadable");
}

TEST(DirectoryScan, TooLargeFileIsAnErrorOfThatFile) {
  // The limit protects memory; the message must name the file.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("a"));
  dir.write("b.yaml", config_map("b") + std::string(500, '#'));
  DirectorySource source(dir.path(), {.limits = {.file_bytes_max = 400}});
  const auto scan = source.scan();
  EXPECT_THAT(names(*scan), ElementsAre("a"));
  EXPECT_THAT(error_ids(*scan), ElementsAre("file-too-large"));
  EXPECT_THAT(to_string(scan->diagnostics[0]), HasSubstr(dir / "b.yaml" + ": error: the file is larger than 400 bytes"));
}

TEST(DirectoryScan, ASingleFileIsRead) {
  // `-f FILE` works as `-f DIR`.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("a"));
  dir.write("b.yaml", config_map("b"));
  EXPECT_THAT(names(*DirectorySource(dir / "b.yaml").scan()), ElementsAre("b"));
}

TEST(DirectoryScan, ANamedPipeIsReadToItsEnd) {
  // `explain -f <(render)` and `-f /dev/stdin` are how generated manifests arrive.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::jthread writer([&] {
    const std::string text = config_map("piped");
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
  });
  EXPECT_THAT(names(*DirectorySource("/dev/fd/" + std::to_string(ends[0])).scan()), ElementsAre("piped"));
  close(ends[0]);
}

TEST(DirectoryScan, UnchangedFilesAreNotReadAgain) {
  // With 10,000 files a sync after a small edit must not cost what the first one did.
  const TestDirectory dir;
  dir.write("a.yaml", config_map("a"));
  dir.write("b.yaml", config_map("b"));
  DirectorySource source(dir.path(), {.settle = std::chrono::milliseconds(50)});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto first = source.scan();
  EXPECT_EQ(first->files_read, 2u);
  dir.write("b.yaml", config_map("b", "changed"));
  const auto second = source.scan();
  EXPECT_EQ(second->files, 2u);
  EXPECT_EQ(second->files_read, 1u);
  EXPECT_EQ(second->objects[0], first->objects[0]) << "the very same object";
  EXPECT_NE(second->objects[1], first->objects[1]);
}

TEST(DirectoryScan, AFileWrittenTwiceInOneTickIsReadAgain) {
  // Same size, same inode, same time: the stamp alone would keep the first content for ever.
  const TestDirectory dir;
  DirectorySource source(dir.path());
  for (int i = 0; i < 10; ++i) {
    dir.write("a.yaml", config_map("a", std::to_string(i)));
    const auto scan = source.scan();
    EXPECT_EQ(*scan->objects[0]->find("data")->find("value")->as_string(), std::to_string(i));
  }
  EXPECT_EQ(source.scan()->files_read, 1u) << "a young file is read again even when its stamp is the same";
}

TEST(DirectoryScan, AddedFileRenumbersTheObjectsBehindIt) {
  // Order must follow from the directory alone, not from when each file was first seen.
  const TestDirectory dir;
  dir.write("b.yaml", config_map("b"));
  DirectorySource source(dir.path(), {.settle = std::chrono::milliseconds(0)});
  const auto first = source.scan();
  dir.write("a.yaml", config_map("a"));
  const auto second = source.scan();
  EXPECT_EQ(second->files_read, 1u);
  EXPECT_EQ(second->objects[1]->age.order, 1u << 20);
  EXPECT_EQ(first->objects[0]->age.order, 0u) << "what was handed out stays as it was";
}

TEST(DirectoryScan, DirectoryThatVanishedIsAnError) {
  // An unmounted volume must not delete everything.
  const TestDirectory dir;
  dir.write("sub/a.yaml", config_map("a"));
  DirectorySource source(dir / "sub");
  ASSERT_TRUE(source.scan());
  dir.remove("sub");
  EXPECT_EQ(source.scan().error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace graylane::sources
