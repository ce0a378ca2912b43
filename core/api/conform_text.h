// Scalars against a schema; part of conform. Internal to core/api.
#pragma once

#include "api/report.h"
#include "api/schema.h"

namespace graylane::api {

/// Checks a value that is neither object nor array in the schema. A double without a fraction becomes an integer where one is
/// wanted.
void conform_scalar(doc::Value& value, const Schema& schema, const Path& path, Report& report);
void report_wrong_type(const doc::Value& value, const Schema& schema, const Path& path, Report& report);

}  // namespace graylane::api
