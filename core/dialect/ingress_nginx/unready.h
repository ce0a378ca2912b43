// Unready: why nothing stands behind an upstream, and what mends it. Pure functions.
#pragma once

#include "dialect/ingress_nginx/model.h"

namespace graylane::ingress_nginx {

struct Unready {
  std::string_view id;  // "service-missing", "service-port-missing"; empty: the Service only has no ready endpoints
  std::string why;      // "Service default/shop does not exist"
  std::string fix;
};

/// Of an upstream without endpoints.
Unready unready(const Upstream& upstream, const api::ServiceIndex& services);
/// The first part of that; empty when it has endpoints.
std::string why_not_ready(const Upstream& upstream);

/// A misspelt name: adds the nearest Service's to the fix of a "service-missing". Other Services are not looked at before
/// somebody asks, so that a change of them concerns nobody else's routes.
void suggest_service(Diagnostic& diagnostic, const api::ServiceIndex& services);

}  // namespace graylane::ingress_nginx
