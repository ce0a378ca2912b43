// For tests: a folder of their own, and files in it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace graylane::identity {

class TestFolder {
 public:
  TestFolder() {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    ::chmod(file(name).c_str(), 0600);
  }
  unsigned mode(const std::string& name) const {
    struct stat found{};
    return ::stat(file(name).c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
  }
  std::vector<std::string> names(const std::string& below = ".") const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_ + "/" + below)) names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "graylane-identity-XXXXXX").string();
};

}  // namespace graylane::identity
