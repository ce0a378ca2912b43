// The types of requests that are no kinds of objects. Constant after the first call; safe from any thread.
#pragma once

#include <string_view>

#include "api/schema.h"

namespace graylane::api {

/// "DeleteOptions", "Scale"; a name that is not in the table is a programmer's error.
const Schema& request_type(std::string_view name);

}  // namespace graylane::api
