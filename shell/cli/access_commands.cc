// Who may use the API: kubeconfig and token. They work on the state folder, whether an instance runs or not.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "api/text_rules.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/errors.h"
#include "cli/exit_code.h"
#include "daemon/api.h"
#include "daemon/objects.h"
#include "daemon/offline.h"
#include "identity/tokens.h"

namespace graylane::cli {

namespace {

using identity::TokenRecord;
using identity::Tokens;

int misused(Io& io, std::string what, std::string fix) {
  return tell(io, {ErrorCode::kInvalid, std::move(what), {}, std::move(fix)}), kUsage;
}

int failed(Io& io, const Error& error) { return tell(io, error), error.code == ErrorCode::kNotFound ? kNotFound : kFailed; }

/// A folder whose name was mistyped would else have a token that no instance knows.
Result<void> check_folder(const std::string& state) {
  std::error_code error;
  if (std::filesystem::exists(daemon::objects_path(state), error)) return {};
  const bool is_there = std::filesystem::exists(state, error);
  return fail(ErrorCode::kNotFound, is_there ? state + " is no state folder of an instance" : "there is no state folder " + state,
              {}, "graylane up makes it; another folder: --state");
}

int list_tokens(Tokens& tokens, Io& io) {
  const auto records = tokens.list();
  if (!records) return failed(io, records.error());
  Columns table;
  table.row({"ID", "ROLE", "USER", "NAMESPACE", "CREATED"});
  for (const TokenRecord& record : *records) {
    table.row({record.id, std::string(name_of(record.role)), record.user,
               record.only_namespace.empty() ? "<all>" : record.only_namespace,
               api::format_time(record.created.time_since_epoch().count())});
  }
  io.out.write(table.text(3));
  return kOk;
}

int create_token(Tokens& tokens, const TokenFlags& flags, Io& io) {
  const auto created = tokens.create({*identity::parse_role(flags.role), flags.user, flags.ns}, std::chrono::system_clock::now());
  if (!created) return failed(io, created.error());
  io.out.line(created->token);
  return kOk;
}

}  // namespace

int kubeconfig(const KubeconfigFlags& flags, Io& io) {
  const std::string path = flags.state + "/kubeconfig";
  const auto text = daemon::read_manifest_text(path);
  if (text) return io.out.write(*text), kOk;
  if (std::filesystem::exists(path)) return failed(io, text.error());
  tell(io,
       {ErrorCode::kNotFound, "there is no kubeconfig in " + flags.state, {}, "graylane up makes it; another folder: --state"});
  return kNotFound;
}

int token(const TokenFlags& flags, Io& io) {
  const int asked = int(!flags.role.empty()) + int(flags.list) + int(!flags.remove.empty());
  if (asked > 1) return misused(io, "--role, --list and --remove exclude each other", "see: graylane help token");
  if (asked == 0)
    return misused(io, "token needs a role",
                   "graylane token --role viewer, operator or admin; graylane help token says what they may");
  if (auto checked = check_folder(flags.state); !checked) return failed(io, checked.error());
  Tokens tokens(daemon::tokens_path(flags.state));
  if (flags.list) return list_tokens(tokens, io);
  if (!flags.role.empty()) return create_token(tokens, flags, io);
  const auto removed = tokens.remove(flags.remove);
  return removed ? kOk : failed(io, removed.error());
}

}  // namespace graylane::cli
