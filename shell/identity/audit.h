// AuditLog: one JSON line for every change that was asked for, granted or not: who, what, from where, and how it ended. Never what
// an object holds. Appended with one write, so that lines stay whole; not synced to the disk one by one. One thread.
//
// The file is 0600. One that would grow over `bytes_max` is renamed to FILE.1, that one to FILE.2, and so on; the oldest goes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "identity/authorize.h"
#include "identity/identity.h"
#include "net/address.h"
#include "net/fd.h"

namespace graylane::identity {

struct AuditLimits {
  size_t bytes_max = 10 * 1024 * 1024;  // of a file
  int files_max = 5;                    // with the present one; at least 2
  size_t text_bytes_max = 512;          // of each text that a client chose; longer ones are cut
};

struct AuditEntry {
  std::chrono::system_clock::time_point time;
  Identity identity;
  Access access;  // its name may have been made by the server
  bool dry_run = false;
  net::SocketAddress from;
  std::string user_agent;
  uint16_t status = 0;  // of HTTP
};

/// Whether a verb is one that changes something.
bool is_change(const Access& access);

/// The line, with its newline.
std::string audit_line(const AuditEntry& entry, size_t text_bytes_max);

class AuditLog {
 public:
  static Result<AuditLog> open(const std::string& path, AuditLimits limits = {});

  /// An error: the line is lost; the next one is tried again. What was asked for should not fail for it, but be reported.
  Result<void> write(const AuditEntry& entry);

 private:
  AuditLog(std::string path, AuditLimits limits) : path_(std::move(path)), limits_(limits) {}
  Result<void> reopen();
  Result<void> rotate();

  std::string path_;
  AuditLimits limits_;
  net::Fd fd_;
  size_t size_ = 0;  // bytes of the present file
};

}  // namespace graylane::identity
