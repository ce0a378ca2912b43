// The rules of openAPIV3Schema: what makes a schema structural, so that it can prune, default and merge. Internal to core/api.
#pragma once

#include "api/report.h"
#include "doc/value.h"

namespace graylane::api {

/// `path`: of the schema itself: "spec.versions[0].schema.openAPIV3Schema".
void check_schema_props(const doc::Value& props, const std::string& path, Objections& findings);

}  // namespace graylane::api
