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

/// `replicas` 0: not said.
inline std::string deployment(const std::string& name, int replicas, const std::string& app = "web") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name + "\nspec:\n" +
         (replicas != 0 ? "  replicas: " + std::to_string(replicas) + "\n" : "") + "  selector: {matchLabels: {app: " + app +
         "}}\n  template:\n    metadata: {labels: {app: " + app +
         "}}\n    spec:\n      containers:\n      - name: c\n        image: nginx:1\n";
}

inline std::string ingress(const std::string& name, const std::string& service = "web") {
  return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name +
         "\nspec:\n  rules:\n  - host: a.test\n    http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: "
         "{name: " +
         service + ", port: {number: 80}}}}\n";
}

}  // namespace graylane::sources
