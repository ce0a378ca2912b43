#include "cli/doctor_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "daemon/api.h"
#include "daemon/state_folder.h"
#include "identity/tokens.h"

namespace graylane::cli {

namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kRoomWanted = uintmax_t{64} << 20;

/// The folder, or the one in which it would be made.
fs::path nearest_folder(const std::string& path) {
  std::error_code error;
  fs::path folder = fs::absolute(path, error).lexically_normal();
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

/// Without making it: who only looks leaves nothing behind.
Finding absent_folder(const std::string& path) {
  std::error_code error;
  const fs::path above = nearest_folder(path);
  if (fs::is_directory(above, error) && ::access(above.c_str(), W_OK | X_OK) == 0)
    return {"state", path + " is not there yet and can be made", ""};
  return {"state", path + " cannot be made in " + above.string(), "choose another folder with --state"};
}

Finding folder_itself(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return absent_folder(path);
  if (const int pid = daemon::holder_of(path); pid != 0) return {"state", fmt::format("{} is in use by pid {}", path, pid), ""};
  const auto folder = daemon::StateFolder::take(path);
  if (folder) return {"state", path + " can be written to", ""};
  return {"state", folder.error().what, folder.error().fix};
}

std::string size_text(uintmax_t bytes) {
  constexpr uintmax_t kGiB = uintmax_t{1} << 30;
  return bytes >= 10 * kGiB ? fmt::format("{} GiB", bytes / kGiB) : fmt::format("{} MiB", bytes >> 20);
}

Finding room(const std::string& path) {
  std::error_code error;
  const fs::space_info space = fs::space(nearest_folder(path), error);
  if (error) return {"disk", fmt::format("how much room there is for {} is not known: {}", path, error.message()), ""};
  const std::string state = fmt::format("{} are free for {}", size_text(space.available), path);
  if (space.available >= kRoomWanted) return {"disk", state, ""};
  return {"disk", state, fmt::format("free {} at least: when it is full, writes of objects are refused", size_text(kRoomWanted))};
}

std::optional<Finding> tokens(const std::string& path) {
  std::error_code error;
  const std::string file = daemon::tokens_path(path);
  if (!fs::exists(file, error)) return std::nullopt;
  const auto records = identity::Tokens(file).list();
  if (records) return Finding{"tokens", fmt::format("{} valid", records->size()), ""};
  return Finding{"tokens", records.error().where.to_string() + ": " + records.error().what, records.error().fix};
}

}  // namespace

std::vector<Finding> look_at_state(const std::string& path) {
  std::vector<Finding> findings = {folder_itself(path), room(path)};
  if (auto found = tokens(path)) findings.push_back(*std::move(found));
  return findings;
}

}  // namespace graylane::cli
