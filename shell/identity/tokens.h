// Tokens: the bearer tokens of one state folder. The file holds no token, only its SHA-256. Each call looks whether the file is
// another one than it read last, so that what one process (`graylane token`) creates or removes holds at once in another
// (`graylane up`). One thread; any number of processes.
//
// The file (mode 0600, replaced whole): {"version":1,"tokens":[{"id":"k3f9c1d2e4a5","sha256":"HEX","role":"viewer","user":"ann",
// "namespace":"shop","created":1790000000}]}; "namespace" is absent for a token that is not limited to one, "created" is in seconds
// since 1970. A file with anything else in it is refused and left as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "identity/identity.h"
#include "identity/token_file.h"

namespace graylane::identity {

inline constexpr size_t kTokensMax = 10'000;

struct NewToken {
  Role role = Role::kViewer;
  std::string user;            // empty: "token:ID"; at most 253 bytes, not "system:...", "token:..." or the administrator's
  std::string only_namespace;  // empty: all; need not exist
};

class Tokens {
 public:
  /// The file need not exist.
  explicit Tokens(std::string file) : file_(std::move(file)) {}

  struct Created {
    std::string token;  // is nowhere kept
    TokenRecord record;
  };
  Result<Created> create(const NewToken& asked, std::chrono::system_clock::time_point now);
  Result<std::vector<TokenRecord>> list();
  /// kNotFound: there is none of that id.
  Result<void> remove(std::string_view id);
  /// Nothing: it is no token of ours. An error: the file cannot be read.
  Result<std::optional<TokenRecord>> find(std::string_view token);

 private:
  /// What tells one version of the file from another.
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = -1;  // -1: there is no file
    int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };

  Result<void> refresh();
  Result<void> save(std::vector<TokenEntry> entries);

  std::string file_;
  std::vector<TokenEntry> entries_;
  std::optional<Stamp> stamp_;  // of the file that entries_ came from; nothing: not read yet
};

}  // namespace graylane::identity
