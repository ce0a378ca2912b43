// Discovery: what the server serves, as clients ask for it before anything else. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apiserver/catalog.h"
#include "doc/value.h"

namespace graylane::apiserver {

/// /
doc::Value path_list(const Catalog& catalog);
/// /api
doc::Value api_versions();
/// /apis
doc::Value api_group_list(const Catalog& catalog);
/// /apis/GROUP
doc::Value api_group(const Group& group);
/// /api/v1, /apis/GROUP/VERSION
doc::Value api_resource_list(const std::string& group, const GroupVersion& version);
/// "scale", "status": what a path may name behind an object of the kind.
std::vector<std::string> subresource_names(const api::Kind& kind);

/// /api (`core`) or /apis in one document, in the format "v2" or "v2beta1".
doc::Value group_discovery_list(const Catalog& catalog, bool core, const std::string& format);

/// /version
doc::Value version_document();

}  // namespace graylane::apiserver
