// The names that OpenAPI documents give to types and operations. Pure.
#pragma once

#include <string>

#include "api/kinds.h"

namespace graylane::openapi {

enum class Version : uint8_t { kV2, kV3 };

/// "io.k8s.api.apps.v1.Deployment"; of a custom resource "io.istio.networking.v1.VirtualService".
std::string definition_name(const api::Kind& kind);
/// A reference to a definition: {"$ref": "#/definitions/..."}.
doc::Value reference_to(const std::string& definition, Version version);
/// {"group": "apps", "version": "v1", "kind": "Deployment"}
doc::Value group_version_kind(const api::Kind& kind);
/// "AppsV1", "CoreV1", "NetworkingIstioIoV1": what stands in the ids of operations.
std::string operation_group(const api::GroupVersionKind& gvk);

}  // namespace graylane::openapi
