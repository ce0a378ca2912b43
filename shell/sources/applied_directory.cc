#include "sources/applied_directory.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "api/build.h"
#include "sources/applied_record.h"

namespace graylane::sources {

using doc::Value;

namespace {

constexpr const char* kKind = "AppliedDirectory";
constexpr const char* kVersion = "v1";

}  // namespace

Result<std::optional<AppliedDirectory>> applied_directory(control::Client& client) {
  const auto records = client.list(record_selector());
  if (!records) return std::unexpected(records.error());
  if (records->items.empty()) return std::nullopt;
  AppliedDirectory applied{{}, records->items.size()};
  const auto object = client.get(directory_record_key());
  if (!object && object.error().code != ErrorCode::kNotFound) return std::unexpected(object.error());
  const Value* path = object ? (*object)->find("path") : nullptr;
  if (path && path->as_string()) applied.path = *path->as_string();
  return applied;
}

std::string full_path(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  std::string full = (error ? std::filesystem::path(path) : absolute).lexically_normal();
  while (full.size() > 1 && full.ends_with('/')) full.pop_back();
  return full;
}

bool is_same_place(const std::string& a, const std::string& b) {
  std::error_code error;
  return a == b || std::filesystem::equivalent(a, b, error);
}

api::ObjectKey directory_record_key() { return {kInternalGroup, kKind, "", "directory"}; }

api::Object directory_record(const std::string& path) {
  api::Object object;
  object.gvk = {kInternalGroup, kVersion, kKind};
  object.key = directory_record_key();
  object.content = api::make_object({{"apiVersion", Value(object.gvk.api_version())},
                                     {"kind", Value(kKind)},
                                     {"metadata", api::make_object({{"name", Value(object.key.name)}})},
                                     {"path", Value(path)}});
  return object;
}

}  // namespace graylane::sources
