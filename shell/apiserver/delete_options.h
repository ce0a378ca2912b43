// The options of a deletion, from body and query. Pure.
#pragma once

#include "apiserver/pipeline.h"
#include "httpd/message.h"

namespace graylane::apiserver {

Outcome<DeleteOptions> parse_delete_options(const httpd::Request& request);
/// Of an object whose members have the right types.
Outcome<DeleteOptions> to_delete_options(const doc::Value& given);

}  // namespace graylane::apiserver
