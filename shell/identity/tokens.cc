#include "identity/tokens.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "doc/parse.h"
#include "doc/quote.h"
#include "identity/base64.h"
#include "identity/pki.h"
#include "identity/private_file.h"
#include "identity/token_file.h"
#include "net/fd.h"

namespace graylane::identity {

namespace {

constexpr std::string_view kPrefix = "glt_";  // so that scanners and people see what it is
constexpr size_t kTokenBytes = 32;
constexpr size_t kIdBytes = 6;
constexpr std::string_view kOwnName = "token:";  // begins the users of tokens that name none
constexpr size_t kTextBytesMax = 253;            // of users
constexpr size_t kNamespaceBytesMax = 63;

TokenHash hash_of(std::string_view token) {
  TokenHash hash{};
  EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return hash;
}

constexpr size_t kQuotedBytesMax = 80;

bool is_plain(std::string_view text) {
  return text.size() <= kTextBytesMax &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_reserved(std::string_view user) {
  return user == kAdminUser || user.starts_with("system:") || user.starts_with(kOwnName);
}

bool is_namespace(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return name.size() <= kNamespaceBytesMax && std::ranges::all_of(name, fits) && !name.starts_with('-') && !name.ends_with('-');
}

/// Its beginning when it is long.
std::string quoted(std::string_view text) {
  std::string out;
  doc::append_quoted(out, text.substr(0, kQuotedBytesMax));
  return text.size() > kQuotedBytesMax ? out + "... (" + std::to_string(text.size()) + " bytes)" : out;
}

Result<void> check(const NewToken& asked) {
  if (asked.role == Role::kNone) return fail(ErrorCode::kInvalid, "a token needs a role");
  if (!is_plain(asked.user)) {
    return fail(ErrorCode::kInvalid, "the user's name " + quoted(asked.user) + " does not fit", {},
                "take at most 253 bytes without control characters");
  }
  if (is_reserved(asked.user)) {
    return fail(ErrorCode::kInvalid, "the user's name " + quoted(asked.user) + " is reserved", {},
                "take one that is not " + std::string(kAdminUser) + " and does not begin with system: or " +
                    std::string(kOwnName) + "; the role says what it may do");
  }
  if (!is_namespace(asked.only_namespace)) {
    return fail(ErrorCode::kInvalid, "the namespace's name " + quoted(asked.only_namespace) + " does not fit", {},
                "take at most 63 lower-case letters, digits and dashes, with no dash at its ends");
  }
  return {};
}

template <size_t kSize>
Result<std::array<uint8_t, kSize>> random_bytes() {
  std::array<uint8_t, kSize> bytes{};
  if (RAND_bytes(bytes.data(), kSize) != 1) return fail(ErrorCode::kUnavailable, "the system gives no random numbers");
  return bytes;
}

/// Of all processes, only the one that holds it changes the file.
Result<net::Fd> lock(const std::string& file) {
  net::Fd held(::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!held || ::flock(held.get(), LOCK_EX) != 0) return fail_file(file + ".lock", "cannot be locked");
  return held;
}

std::vector<TokenRecord> records_of(const std::vector<TokenEntry>& entries) {
  std::vector<TokenRecord> records;
  for (const TokenEntry& entry : entries) records.push_back(entry.record);
  return records;
}

}  // namespace

Result<Tokens::Created> Tokens::create(const NewToken& asked, std::chrono::system_clock::time_point now) {
  if (auto checked = check(asked); !checked) return std::unexpected(checked.error());
  const auto secret = random_bytes<kTokenBytes>();
  const auto id = random_bytes<kIdBytes>();
  if (!secret || !id) return std::unexpected(secret ? id.error() : secret.error());
  Created created{.token = std::string(kPrefix) + encode_base64url(*secret),
                  .record = {.id = encode_hex(*id),
                             .user = asked.user,
                             .role = asked.role,
                             .only_namespace = asked.only_namespace,
                             .created = std::chrono::floor<std::chrono::seconds>(now)}};
  if (asked.user.empty()) created.record.user = std::string(kOwnName) + created.record.id;
  const auto held = lock(file_);
  if (!held) return std::unexpected(held.error());
  if (auto fresh = refresh(); !fresh) return std::unexpected(fresh.error());
  if (entries_.size() >= kTokensMax) {
    return fail(ErrorCode::kLimit, "there are " + std::to_string(kTokensMax) + " tokens already", {},
                "remove those that nobody uses");
  }
  std::vector<TokenEntry> entries = entries_;
  entries.push_back({created.record, hash_of(created.token)});
  if (auto saved = save(std::move(entries)); !saved) return std::unexpected(saved.error());
  return created;
}

Result<std::vector<TokenRecord>> Tokens::list() {
  if (auto fresh = refresh(); !fresh) return std::unexpected(fresh.error());
  return records_of(entries_);
}

Result<void> Tokens::remove(std::string_view id) {
  const auto held = lock(file_);
  if (!held) return std::unexpected(held.error());
  if (auto fresh = refresh(); !fresh) return fresh;
  std::vector<TokenEntry> entries = entries_;
  if (std::erase_if(entries, [&](const TokenEntry& entry) { return entry.record.id == id; }) == 0)
    return fail(ErrorCode::kNotFound, "there is no token " + quoted(id), {},
                "graylane token --list shows the ids of those there are");
  return save(std::move(entries));
}

Result<std::optional<TokenRecord>> Tokens::find(std::string_view token) {
  if (auto fresh = refresh(); !fresh) return std::unexpected(fresh.error());
  const TokenHash hash = hash_of(token);
  const TokenEntry* found = nullptr;
  for (const TokenEntry& entry : entries_)  // all of them, each in constant time
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry;
  return found == nullptr ? std::optional<TokenRecord>() : found->record;
}

Result<void> Tokens::refresh() {
  struct stat found{};
  Stamp stamp;
  if (::stat(file_.c_str(), &found) == 0) {
    stamp = {.device = found.st_dev,
             .inode = found.st_ino,
             .size = found.st_size,
             .changed_ns = found.st_ctim.tv_sec * 1'000'000'000 + found.st_ctim.tv_nsec};
  } else if (errno != ENOENT) {
    return fail_file(file_, "cannot be read");
  }
  if (stamp_ == stamp) return {};
  stamp_.reset();  // what was read before does not hold while the present file cannot be read
  const auto text = read_file(file_, kTokenFileBytesMax, Secrecy::kSecret);
  auto entries = !text ? std::unexpected(text.error()) : *text ? parse_tokens(file_, **text) : std::vector<TokenEntry>();
  if (!entries) {
    entries.error().what += "; no token is valid until it can be read";
    return std::unexpected(std::move(entries.error()));
  }
  entries_ = std::move(*entries);
  stamp_ = stamp;
  return {};
}

Result<void> Tokens::save(std::vector<TokenEntry> entries) {
  if (auto written = replace_file(file_, print_tokens(entries), Secrecy::kSecret); !written) return written;
  entries_ = std::move(entries);
  return {};  // the stamp is another one now: the next call reads the file
}

}  // namespace graylane::identity
