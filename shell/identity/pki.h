// The certificates of one state folder: a CA of our own, the server's certificate, and the one in the administrator's
// kubeconfig. Functions of the file system, for the one process that holds the state folder.
//
//   pki/ca.crt      the CA, EC P-256, 10 years
//   pki/ca.key      its key, 0600
//   pki/server.pem  the server's certificate and key, 0600, 1 year
//   pki/admin.pem   the administrator's, likewise: CN graylane-admin, O system:masters
//
// Each appears under its name when it is complete. What is there and cannot be used (no PEM, not ours, a key that others may
// read) is an error and stays as it is; only certificates that our CA signed are replaced, 30 days before their end and when a name
// is missing.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/address.h"

namespace graylane::identity {

using SystemTime = std::chrono::system_clock::time_point;

/// The user of the administrator's certificate.
inline constexpr std::string_view kAdminUser = "graylane-admin";

struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
};

struct Pki {
  std::string ca_pem;
  KeyPair server;
  KeyPair admin;
  SystemTime renew_at;  // when to call open_pki() again
};

/// Addresses and names by which clients may reach a server that listens there: localhost, 127.0.0.1, ::1, the address itself (all of
/// this machine's when it is 0.0.0.0 or [::]), kubernetes, kubernetes.default, kubernetes.default.svc.
std::vector<std::string> server_names(const net::SocketAddress& listen);

/// Reads what is in `state_folder`/pki, and makes what is missing or near its end.
Result<Pki> open_pki(const std::string& state_folder, const std::vector<std::string>& names, SystemTime now);

}  // namespace graylane::identity
