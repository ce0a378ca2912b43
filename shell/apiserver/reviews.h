// Reviews: questions about identity and rights, which are answered and not stored: SelfSubjectAccessReview and its relatives, which
// `kubectl auth` and other clients ask. Pure, but for the reply.
#pragma once

#include <functional>

#include "apiserver/status.h"
#include "apiserver/writing.h"

namespace graylane::apiserver {

/// A POST of a kind that is not stored.
Outcome<void> review(const WriteCall& call, const std::function<void(httpd::Response)>& reply);

}  // namespace graylane::apiserver
