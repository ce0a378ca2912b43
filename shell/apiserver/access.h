// What a request is to authorization and the audit log, and the answers to those who may not. Pure.
#pragma once

#include "apiserver/status.h"
#include "httpd/message.h"
#include "identity/authorize.h"

namespace graylane::apiserver {

/// Also of requests that lead nowhere: those are for a path.
identity::Access access_of(const httpd::Request& request);

/// 401: what was shown proves nothing.
ApiError unauthorized();
/// 403, in Kubernetes' words.
ApiError not_allowed(const identity::Identity& identity, const identity::Access& access);

}  // namespace graylane::apiserver
