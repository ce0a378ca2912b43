// The `timeout` of a query: how long its client waits. What is asked here is answered sooner, so it is only checked. Pure.
#pragma once

#include <string>
#include <string_view>

#include "apiserver/status.h"
#include "httpd/message.h"

namespace graylane::apiserver {

/// What Go's parser of durations ("1m30s") says of a text; empty: nothing.
std::string duration_problem(std::string_view text);

/// 400 for what is no duration.
Outcome<void> check_timeout(const httpd::Request& request);

}  // namespace graylane::apiserver
