// The kubeconfig of an embedded API. The text is pure; writing it is a function of the file system.
#pragma once

#include <string>

#include "base/error.h"
#include "identity/pki.h"
#include "net/address.h"

namespace graylane::identity {

/// One cluster, user and context, all named "graylane", with everything embedded; the namespace is "default". `listen` is where the API
/// listens; a wildcard address becomes loopback.
std::string kubeconfig_text(const net::SocketAddress& listen, const Pki& pki);

/// Into `state_folder`/kubeconfig, 0600, whole or not at all; nothing is written when it is the same already.
Result<void> write_kubeconfig(const std::string& state_folder, const std::string& text);

}  // namespace graylane::identity
