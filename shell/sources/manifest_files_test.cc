#include "sources/manifest_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/test_directory.h"

namespace graylane::sources {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What is found, as paths below the directory.
std::vector<std::string> found(const TestDirectory& dir, const DirectoryOptions& options = {}) {
  const auto files = find_manifest_files(dir.path(), options);
  EXPECT_TRUE(files) << files.error().to_string();
  std::vector<std::string> names;
  for (const auto& file : files->files) names.push_back(file.path.substr(dir.path().size() + 1));
  return names;
}

std::vector<std::string> reports(const TestDirectory& dir) {
  std::vector<std::string> texts;
  const auto files = find_manifest_files(dir.path(), {});
  for (const auto& diagnostic : files->diagnostics) {
    texts.push_back(diagnostic.where.file->substr(dir.path().size() + 1) + " " + diagnostic.id);
  }
  return texts;
}

TEST(ManifestFiles, AreFoundByNameInFoldersToo) {
  // People keep README files, scripts and images.yaml beside their manifests.
  const TestDirectory dir;
  for (const char* name : {"b.yaml", "a.yml", "sub/deep/c.json", "README.md", "images.yaml", "sub/images.yaml", "x.yaml~", "yaml",
                           "Y.YAML", ".hidden.yaml", ".git/config.yaml", ".graylane/state.yaml"}) {
    dir.write(name, "");
  }
  EXPECT_THAT(found(dir), ElementsAre("a.yml", "b.yaml", "sub/deep/c.json"));
}

TEST(ManifestFiles, AreOrderedByTheBytesOfTheirPaths) {
  // The order decides between objects without a timestamp: it must be the same on every machine and in every locale.
  const TestDirectory dir;
  for (const char* name : {"a/z.yaml", "a.yaml", "a-b.yaml", "B.yaml", "\xc3\xa4.yaml", "a0.yaml", "10.yaml", "9.yaml"}) {
    dir.write(name, "");
  }
  EXPECT_THAT(found(dir),
              ElementsAre("10.yaml", "9.yaml", "B.yaml", "a-b.yaml", "a.yaml", "a/z.yaml", "a0.yaml", "\xc3\xa4.yaml"));
}

TEST(ManifestFiles, PathsBeginWithTheDirectoryAsItWasTyped) {
  // What is printed must be what the user can paste.
  const TestDirectory dir;
  dir.write("x/a.yaml", "");
  const std::string before = std::filesystem::current_path();
  ASSERT_EQ(chdir(dir.path().c_str()), 0);
  EXPECT_EQ(find_manifest_files(".", {})->files[0].path, "./x/a.yaml");
  EXPECT_EQ(find_manifest_files("x", {})->files[0].path, "x/a.yaml");
  EXPECT_EQ(find_manifest_files("x/", {})->files[0].path, "x/a.yaml");
  EXPECT_EQ(find_manifest_files("x/a.yaml", {})->files[0].path, "x/a.yaml");
  ASSERT_EQ(chdir(before.c_str()), 0);
}

TEST(ManifestFiles, EmptyDirectoryIsValid) {
  // It is how everybody begins.
  const TestDirectory dir;
  EXPECT_THAT(found(dir), IsEmpty());
}

TEST(ManifestFiles, MissingDirectoryIsAnError) {
  // A typing error in the path must not look like an empty directory: everything would be deleted.
  const auto files = find_manifest_files("/no/such/place", {});
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files.error().to_string(),
            "cannot read manifests from \"/no/such/place\": No such file or directory (fix: name an existing directory or file)");
}

TEST(ManifestFiles, NamedFileIsTakenWhateverItsName) {
  // Who names a file means it.
  const TestDirectory dir;
  dir.write("images.yaml", "");
  dir.write("manifest", "");
  EXPECT_EQ(find_manifest_files(dir / "manifest", {})->files.size(), 1u);
  EXPECT_EQ(find_manifest_files(dir / "images.yaml", {})->files.size(), 1u);
  EXPECT_FALSE(find_manifest_files("/dev/null", {})->files[0].regular);
}

TEST(ManifestFiles, StateFolderIsSkipped) {
  // State written below the manifests must not be read back as manifests.
  const TestDirectory dir;
  dir.write("state/a.yaml", "");
  dir.write("other/state/b.yaml", "");
  EXPECT_THAT(found(dir, {.state_folder = "state"}), ElementsAre("other/state/b.yaml"));
  EXPECT_THAT(found(dir, {.state_folder = dir / "other/state"}), ElementsAre("state/a.yaml"));
  EXPECT_THAT(found(dir, {.state_folder = ""}), ElementsAre("other/state/b.yaml", "state/a.yaml"));
}

TEST(ManifestFiles, MountedConfigMapIsReadOnce) {
  // This is how Kubernetes mounts a ConfigMap: hidden folders, and one visible link for each file.
  const TestDirectory dir;
  dir.write("..2024_01_01/a.yaml", "");
  dir.write("..2024_01_01/b.yaml", "");
  dir.link("..data", "..2024_01_01");
  dir.link("a.yaml", "..data/a.yaml");
  dir.link("b.yaml", "..data/b.yaml");
  EXPECT_THAT(found(dir), ElementsAre("a.yaml", "b.yaml"));
}

TEST(ManifestFiles, LinkedFoldersAreFollowedButNeverInALoop) {
  // A link to a parent folder must end the reading, not the process.
  const TestDirectory elsewhere;
  elsewhere.write("e.yaml", "");
  const TestDirectory dir;
  dir.write("sub/a.yaml", "");
  dir.link("linked", elsewhere.path());
  dir.link("sub/up", "..");
  dir.link("sub/self", ".");
  EXPECT_THAT(found(dir), ElementsAre("linked/e.yaml", "sub/a.yaml"));
  EXPECT_THAT(reports(dir), ElementsAre("sub/self folder-loop", "sub/up folder-loop"));
}

TEST(ManifestFiles, LinksToNothingAreReported) {
  // A manifest that cannot be seen is not one that was deleted.
  const TestDirectory dir;
  dir.link("a.yaml", "gone.yaml");
  dir.link("b.yaml", "b.yaml");
  dir.link("folder", "gone");
  EXPECT_THAT(found(dir), IsEmpty());
  EXPECT_THAT(reports(dir), ElementsAre("a.yaml file-unreadable", "b.yaml file-unreadable", "folder link-dangling"));
}

TEST(ManifestFiles, UnreadableFolderIsReported) {
  // As above: what is in it is unknown.
  if (geteuid() == 0) GTEST_SKIP() << "root reads every folder";
  const TestDirectory dir;
  dir.write("sub/a.yaml", "");
  ASSERT_EQ(chmod((dir / "sub").c_str(), 0), 0);
  EXPECT_THAT(reports(dir), ElementsAre("sub folder-unreadable"));
  chmod((dir / "sub").c_str(), 0755);
}

TEST(ManifestFiles, PipesAreNotRead) {
  // Opening one would wait for ever.
  const TestDirectory dir;
  ASSERT_EQ(mkfifo((dir / "a.yaml").c_str(), 0600), 0);
  EXPECT_THAT(found(dir), IsEmpty());
  EXPECT_THAT(reports(dir), ElementsAre("a.yaml file-not-regular"));
}

Error error_with(const TestDirectory& dir, const DirectoryLimits& limits) {
  const auto files = find_manifest_files(dir.path(), {.limits = limits});
  return files ? Error{ErrorCode::kInternal, "no error", {}, {}} : files.error();
}

TEST(ManifestFiles, LimitsAreErrors) {
  // A mistyped directory (/, $HOME) must end quickly and say why.
  const TestDirectory dir;
  dir.write("1/2/a.yaml", "12345");
  dir.write("b.yaml", "12345");
  const DirectoryLimits enough{.files_max = 2, .entries_max = 4, .depth_max = 2, .total_bytes_max = 10};
  EXPECT_TRUE(find_manifest_files(dir.path(), {.limits = enough}));
  EXPECT_THAT(error_with(dir, {.files_max = 1}).what, "the directory has more than 1 manifest files");
  EXPECT_THAT(error_with(dir, {.entries_max = 3}).what, "the directory has more than 3 entries");
  EXPECT_THAT(error_with(dir, {.depth_max = 1}).what, HasSubstr("the directory has more than 1 folders inside one another: "));
  EXPECT_THAT(error_with(dir, {.total_bytes_max = 9}).what, "the manifests are larger than 9 bytes together");
  EXPECT_EQ(error_with(dir, {.total_bytes_max = 9}).code, ErrorCode::kLimit);
  EXPECT_EQ(*error_with(dir, {.total_bytes_max = 9}).where.file, dir.path());
}

TEST(FileRead, ReadsWholeFilesUpToTheLimit) {
  // The limit must hold for files that grow, or that have no size, while they are read.
  const TestDirectory dir;
  const std::string text(200'000, 'x');
  dir.write("a", text);
  EXPECT_EQ(read_file(dir / "a", 200'000)->text, text);
  const auto over = read_file(dir / "a", 199'999);
  EXPECT_EQ(over.error().code, ErrorCode::kLimit);
  EXPECT_EQ(over.error().to_string(), (dir / "a") + ": the file is larger than 199999 bytes (fix: split it into several files)");
  EXPECT_GT(read_file("/proc/self/status", 100'000)->text.size(), 100u);
  EXPECT_EQ(read_file("/proc/self/status", 10).error().code, ErrorCode::kLimit);
  EXPECT_EQ(read_file("/dev/zero", 1'000).error().code, ErrorCode::kLimit);
}

TEST(FileRead, FailureSaysWhichFileAndWhy) {
  // "Permission denied" alone helps nobody.
  EXPECT_EQ(read_file("/no/such", 10).error().code, ErrorCode::kNotFound);
  const auto error = read_file("/proc/self/mem", 10);
  EXPECT_EQ(error.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(error.error().to_string(), HasSubstr("/proc/self/mem: the file cannot be read: Input/output error"));
}

TEST(FileStamp, AYoungFileIsNotSettled) {
  // Two writes within one tick of the file system's clock leave equal stamps.
  const TestDirectory dir;
  dir.write("a", "1");
  const FileStamp stamp = read_file(dir / "a", 10)->stamp;
  const std::chrono::system_clock::time_point changed{
      std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(stamp.changed_ns))};
  EXPECT_FALSE(stamp.settled(changed + std::chrono::milliseconds(1'999), std::chrono::milliseconds(2'000)));
  EXPECT_TRUE(stamp.settled(changed + std::chrono::milliseconds(2'001), std::chrono::milliseconds(2'000)));
}

}  // namespace
}  // namespace graylane::sources
