// The text of the file that Tokens keeps; tokens.h says what it looks like. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "identity/identity.h"

namespace graylane::identity {

inline constexpr size_t kTokenFileBytesMax = 8 * 1024 * 1024;

struct TokenRecord {
  std::string id;  // not secret: for lists, removal and the audit log
  std::string user;
  Role role = Role::kViewer;
  std::string only_namespace;
  std::chrono::sys_seconds created;
};

using TokenHash = std::array<uint8_t, 32>;  // SHA-256

struct TokenEntry {
  TokenRecord record;
  TokenHash hash{};
};

/// `file` is for errors.
Result<std::vector<TokenEntry>> parse_tokens(const std::string& file, std::string_view text);
std::string print_tokens(const std::vector<TokenEntry>& entries);

}  // namespace graylane::identity
