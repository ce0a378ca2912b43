// Makes a value conform to a schema, in place: types, ranges, enums and formats are checked, defaults filled in, nulls and
// unknown fields taken away (as the API server does). Everything found goes to the report. Internal to core/api.
#pragma once

#include "api/report.h"
#include "api/schema.h"

namespace graylane::api {

void conform(doc::Value& value, const Schema& schema, const Path& path, Report& report);

/// "an object", "the integer 20", "the text \"abc\"": how messages call a value.
std::string describe(const doc::Value& value);

}  // namespace graylane::api
