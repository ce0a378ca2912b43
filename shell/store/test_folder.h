// A folder for the tests and benchmarks of this folder.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace graylane::store {

/// A folder of its own, removed at the end.
class TestFolder {
 public:
  /// In memory where that is possible: what is tested does not depend on how long a disk takes.
  TestFolder() : TestFolder(in_memory()) {}
  explicit TestFolder(const std::filesystem::path& above) : path_((above / "graylane-store-XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) std::abort();
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string file(const std::string& name = "objects.db") const { return path_ + "/" + name; }

 private:
  static std::filesystem::path in_memory() {
    constexpr std::uintmax_t kNeeded = 256U << 20;
    std::error_code error;
    const auto space = std::filesystem::space("/dev/shm", error);
    if (error || space.available < kNeeded || ::access("/dev/shm", W_OK) != 0) return std::filesystem::temp_directory_path();
    return "/dev/shm";
  }

  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// A store's files, as they would be found after a crash.
struct Files {
  std::string file, log, mark;

  static Files of(const std::string& path) { return {read_file(path), read_file(path + "-wal"), read_file(path + "-mark")}; }
  void put(const std::string& path) const {
    std::filesystem::remove(path + "-shm");
    const std::pair<std::string, const std::string*> parts[] = {{path, &file}, {path + "-wal", &log}, {path + "-mark", &mark}};
    for (const auto& [name, text] : parts) {
      std::filesystem::remove(name);
      if (!text->empty()) write_file(name, *text);
    }
  }
  bool operator==(const Files&) const = default;
};

}  // namespace graylane::store
