// What load balancers and probes ask a server: /healthz, /livez, /readyz and their single checks. Pure.
#pragma once

#include <optional>

#include "httpd/message.h"

namespace graylane::apiserver {

/// Nothing: the path is none of these. `verbose` lists the checks, `exclude` leaves one out.
std::optional<httpd::Response> answer_health(const httpd::Request& request);

}  // namespace graylane::apiserver
