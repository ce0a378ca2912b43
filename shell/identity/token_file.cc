#include "identity/token_file.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "doc/parse.h"
#include "doc/print.h"
#include "identity/base64.h"
#include "identity/private_file.h"

namespace graylane::identity {

namespace {

constexpr int64_t kVersion = 1;
constexpr const char* kFix = "put back a good copy, or move the file away: its tokens end then";

const std::string* text_at(const doc::Value& value, std::string_view key) {
  const doc::Value* found = value.find(key);
  return found == nullptr ? nullptr : found->as_string();
}

const int64_t* number_at(const doc::Value& value, std::string_view key) {
  const doc::Value* found = value.find(key);
  return found == nullptr ? nullptr : found->as_int();
}

std::optional<TokenHash> parse_hash(std::string_view hex) {
  TokenHash hash{};
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (size_t i = 0; i < hash.size(); ++i) {
    const char* from = hex.data() + 2 * i;
    if (std::from_chars(from, from + 2, hash[i], 16).ptr != from + 2) return std::nullopt;
  }
  return hash;
}

std::optional<TokenEntry> parse_entry(const doc::Value& value) {
  const std::string* id = text_at(value, "id");
  const std::string* user = text_at(value, "user");
  const std::string* role_text = text_at(value, "role");
  const std::string* hash_text = text_at(value, "sha256");
  const int64_t* created = number_at(value, "created");
  if (!id || !user || user->empty() || !role_text || !hash_text || !created) return std::nullopt;
  const auto role = parse_role(*role_text);
  const auto hash = parse_hash(*hash_text);
  const std::string* only = text_at(value, "namespace");
  // A limit that cannot be read must not be taken for none.
  if (!role || !hash || (value.find("namespace") != nullptr && (only == nullptr || only->empty()))) return std::nullopt;
  return TokenEntry{.record = {.id = *id,
                               .user = *user,
                               .role = *role,
                               .only_namespace = only == nullptr ? std::string() : *only,
                               .created = std::chrono::sys_seconds(std::chrono::seconds(*created))},
                    .hash = *hash};
}

doc::Value value_of(const TokenEntry& entry) {
  doc::Object object;
  object.set("id", doc::Value(entry.record.id));
  object.set("sha256", doc::Value(encode_hex(entry.hash)));
  object.set("role", doc::Value(name_of(entry.record.role)));
  object.set("user", doc::Value(entry.record.user));
  if (!entry.record.only_namespace.empty()) object.set("namespace", doc::Value(entry.record.only_namespace));
  object.set("created", doc::Value(static_cast<int64_t>(entry.record.created.time_since_epoch().count())));
  return doc::Value(std::move(object));
}

}  // namespace

Result<std::vector<TokenEntry>> parse_tokens(const std::string& file, std::string_view text) {
  const doc::Parsed parsed = doc::parse_json(text, std::make_shared<const std::string>(file));
  if (has_errors(parsed.diagnostics))
    return refuse_file(file, "is no file of tokens: " + parsed.diagnostics.front().message, kFix);
  const doc::Value& root = parsed.documents.front();
  const int64_t* version = number_at(root, "version");
  const doc::Value* tokens = root.find("tokens");
  if (version == nullptr || tokens == nullptr || !tokens->is_array()) return refuse_file(file, "is no file of tokens", kFix);
  if (*version != kVersion) {
    return refuse_file(file, "is of version " + std::to_string(*version) + ", which this program does not know",
                       "take the version of graylane that wrote it");
  }
  std::vector<TokenEntry> entries;
  for (const doc::Value& value : *tokens->as_array()) {
    auto entry = parse_entry(value);
    if (!entry) return refuse_file(file, "tokens[" + std::to_string(entries.size()) + "] is not as it was written", kFix);
    entries.push_back(std::move(*entry));
  }
  return entries;
}

std::string print_tokens(const std::vector<TokenEntry>& entries) {
  doc::Array tokens;
  for (const TokenEntry& entry : entries) tokens.push_back(value_of(entry));
  doc::Object root;
  root.set("version", doc::Value(kVersion));
  root.set("tokens", doc::Value(std::move(tokens)));
  return doc::to_json(doc::Value(std::move(root)), 1) + "\n";
}

}  // namespace graylane::identity
