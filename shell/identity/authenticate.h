// Authentication: from what a request carries to who makes it. The loop's thread that owns the tokens.
#pragma once

#include <chrono>

#include "base/error.h"
#include "httpd/message.h"
#include "identity/identity.h"
#include "identity/tokens.h"

namespace graylane::identity {

/// A bearer token decides when there is one, so that `kubectl --token` means that token although its kubeconfig holds a
/// certificate; else the client's certificate; without both, and with another Authorization scheme, it is anonymous().
/// kInvalid: the credentials are wrong, or there are two that could differ: answer 401, "Unauthorized". kUnavailable: the tokens cannot be read: answer 500.
Result<Identity> authenticate(const httpd::Request& request, Tokens& tokens, std::chrono::system_clock::time_point now);

}  // namespace graylane::identity
