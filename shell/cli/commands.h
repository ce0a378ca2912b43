// The commands. Each returns the program's exit code.
#pragma once

#include "cli/flags.h"
#include "cli/output.h"

namespace graylane::cli {

/// What is wrong with the words themselves; it takes no manifests and no instance to say so.
Result<void> check_words(const ExplainFlags& flags);
Result<void> check_words(const GetFlags& flags);
Result<void> check_words(const DescribeFlags& flags);

int explain(const ExplainFlags& flags, Io& io);
int lint(const LintFlags& flags, Io& io);
int get(const GetFlags& flags, Io& io);
int describe(const DescribeFlags& flags, Io& io);
int up(const UpFlags& flags, Io& io);
/// By a running instance only.
int split(const SplitFlags& flags, Io& io);
int logs(const LogsFlags& flags, Io& io);
int kubeconfig(const KubeconfigFlags& flags, Io& io);
int token(const TokenFlags& flags, Io& io);
int backup(const CopyFlags& flags, Io& io);
int restore(const CopyFlags& flags, Io& io);
int doctor(const DoctorFlags& flags, Io& io);
int demo(const DemoFlags& flags, Io& io);
int version(const std::string& output, Io& io);
std::string program_version();

}  // namespace graylane::cli
