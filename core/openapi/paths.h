// The operations of a kind, as OpenAPI writes them: where it is served, by which methods, with which parameters. Pure.
#pragma once

#include <functional>
#include <string>

#include "openapi/names.h"

namespace graylane::openapi {

/// Calls visit(path, item) for every path under which the kind is served.
void for_each_path(const api::Kind& kind, Version version,
                   const std::function<void(const std::string&, const doc::Value&)>& visit);

}  // namespace graylane::openapi
