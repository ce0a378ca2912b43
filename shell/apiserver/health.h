// What load balancers and probes ask a server: /healthz, /livez, /readyz and their single checks. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "httpd/message.h"

namespace graylane::apiserver {

/// Nothing: the path is none of these. `verbose` lists the checks, `exclude` leaves one out. `store_note` gives what `verbose` should
/// say of the store beside "ok"; empty: nothing. A store that refuses writes is ready: a server that is taken for dead answers no reads
/// either.
std::optional<httpd::Response> answer_health(const httpd::Request& request, const std::function<std::string()>& store_note = {});

}  // namespace graylane::apiserver
