#include "identity/token_file.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "doc/parse.h"
#include "doc/print.h"
#include "identity/base64.h"

namespace graylane::identity {

namespace {

constexpr int64_t kVersion = 1;
constexpr const char* kFix =
    "mend it or put back a good copy; when it is moved away its tokens end, and graylane token makes new ones";

std::optional<TokenHash> parse_hash(std::string_view hex) {
  TokenHash hash{};
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  for (size_t i = 0; i < hash.size(); ++i) {
    const char* from = hex.data() + 2 * i;
    if (std::from_chars(from, from + 2, hash[i], 16).ptr != from + 2) return std::nullopt;
  }
  return hash;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(std::make_shared<const std::string>(file)) {}

  Result<std::vector<TokenEntry>> read(std::string_view text) {
    const doc::Parsed parsed = doc::parse_json(text, file_);
    if (has_errors(parsed.diagnostics)) {
      const auto& found = *std::ranges::find(parsed.diagnostics, Severity::kError, &Diagnostic::severity);
      return fail(ErrorCode::kInvalid, "is no file of tokens: " + found.message, found.where, kFix);
    }
    const doc::Value& root = parsed.documents.front();
    const int64_t version = number(root, "version");
    if (!refused_ && version != kVersion) {
      return fail(ErrorCode::kUnsupported, "is of version " + std::to_string(version) + ", which this program does not know",
                  {file_, root.find("version")->at()}, "take the version of graylane that wrote it");
    }
    const doc::Value* tokens = root.find("tokens");
    if (tokens == nullptr || !tokens->is_array()) refuse(root, "tokens");
    std::vector<TokenEntry> entries;
    if (refused_) return std::unexpected(*refused_);
    for (const doc::Value& value : *tokens->as_array()) {
      within_ = "tokens[" + std::to_string(entries.size()) + "].";
      entries.push_back(entry(value));
      if (refused_) return std::unexpected(*refused_);
    }
    return entries;
  }

 private:
  /// The first one is told.
  void refuse(const doc::Value& in, std::string_view member) {
    if (refused_) return;
    const doc::Value* found = in.find(member);
    refused_ =
        Error{ErrorCode::kInvalid,
              "is no file of tokens: " + within_ + std::string(member) + (found ? " is not as it was written" : " is not there"),
              {file_, (found ? *found : in).at()},
              kFix};
  }

  std::string text(const doc::Value& in, std::string_view member) {
    const doc::Value* found = in.find(member);
    const std::string* text = found == nullptr ? nullptr : found->as_string();
    if (text != nullptr && !text->empty()) return *text;
    refuse(in, member);
    return {};
  }

  int64_t number(const doc::Value& in, std::string_view member) {
    const doc::Value* found = in.find(member);
    if (found != nullptr && found->as_int() != nullptr) return *found->as_int();
    refuse(in, member);
    return 0;
  }

  TokenEntry entry(const doc::Value& in) {
    TokenEntry entry;
    entry.record.id = text(in, "id");
    entry.record.user = text(in, "user");
    if (const auto role = parse_role(text(in, "role"))) entry.record.role = *role;
    else refuse(in, "role");
    if (const auto hash = parse_hash(text(in, "sha256"))) entry.hash = *hash;
    else refuse(in, "sha256");
    // A limit that cannot be read must not be taken for none.
    if (in.find("namespace") != nullptr) entry.record.only_namespace = text(in, "namespace");
    entry.record.created = std::chrono::sys_seconds(std::chrono::seconds(number(in, "created")));
    return entry;
  }

  const FileName file_;
  std::string within_;
  std::optional<Error> refused_;
};

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

Result<std::vector<TokenEntry>> parse_tokens(const std::string& file, std::string_view text) { return Reader(file).read(text); }

std::string print_tokens(const std::vector<TokenEntry>& entries) {
  doc::Array tokens;
  for (const TokenEntry& entry : entries) tokens.push_back(value_of(entry));
  doc::Object root;
  root.set("version", doc::Value(kVersion));
  root.set("tokens", doc::Value(std::move(tokens)));
  return doc::to_json(doc::Value(std::move(root)), 1) + "\n";
}

}  // namespace graylane::identity
