// A directory of its own for a test, removed with it; and manifests to put into it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace graylane::sources {

class TestDirectory {
 public:
  TestDirectory() {
    std::string pattern = testing::TempDir() + "graylane-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  /// Writes a file, with the folders it needs.
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name, std::ios::trunc) << text;
  }
  void link(const std::string& name, const std::string& target) const { std::filesystem::create_symlink(target, *this / name); }
  void remove(const std::string& name) const { std::filesystem::remove_all(*this / name); }

 private:
  std::string path_;
};

inline std::string config_map(const std::string& name, const std::string& value = "1") {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n  namespace: default\ndata:\n  value: \"" + value +
         "\"\n";
}

}  // namespace graylane::sources
