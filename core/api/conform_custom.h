// Makes a custom resource conform to the schema of its definition, as the API server does it: what is not declared is taken away,
// defaults are filled in, and then everything wrong with the rest is told, in Kubernetes' words. Internal to core/api.
#pragma once

#include "api/report.h"
#include "api/schema.h"

namespace graylane::api {

/// Of a whole object. Its apiVersion, kind and metadata are left alone.
void conform_custom(doc::Value& document, const Schema& schema, Report& report);

/// What the schema demands of a value and does not get.
void check_custom(const doc::Value& value, const Schema& schema, const Path& path, Objections& findings);

}  // namespace graylane::api
