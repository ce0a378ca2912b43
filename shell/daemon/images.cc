#include "daemon/images.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace graylane::daemon {

namespace {

std::string folder_of(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return path;
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

std::string images_path(const std::string& path) {
  return (std::filesystem::path(folder_of(path)) / "images.yaml").lexically_normal().string();
}

local::ImageMap read_images(const std::string& path, Diagnostics& diagnostics) {
  auto images = local::ImageMap::load(folder_of(path), diagnostics);
  if (images) return std::move(*images);
  const Error& error = images.error();
  diagnostics.push_back({Severity::kError, "file-unreadable", {}, {}, error.what, error.fix, error.where, {}});
  Diagnostics none;
  return local::ImageMap::parse("", nullptr, none);  // what is built in
}

}  // namespace graylane::daemon
