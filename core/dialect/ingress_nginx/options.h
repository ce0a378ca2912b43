// Options: how Ingress objects are read. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

/// Where ingress-nginx's behaviour hurts users, the safe reading is the default; each has a switch back.
struct Compat {
  bool nameless_cookie = false;   // "Cookie: =always" forces the canary when no canary-by-cookie is set
  bool cross_namespace = false;   // a canary attaches to a stable version of another namespace
  bool shared_service = false;    // a canary applies wherever its stable Service:port is used, not only on its own host and path
  bool older_canary_404 = false;  // a canary that is older than the stable Ingress of the same Service takes its location away
  bool operator==(const Compat&) const = default;
};

inline constexpr Compat kExactCompat{true, true, true, true};

/// "safe", "exact", "safe,+cross-namespace,-shared-service". An unknown word is an error that lists the known ones.
Result<Compat> parse_compat(std::string_view text);

/// Which Ingresses are ours, as ingress-nginx decides: spec.ingressClassName names an IngressClass object whose controller is
/// one of ours; without such an object the name decides; else the annotation kubernetes.io/ingress.class; else the default class.
struct ClassSelector {
  std::vector<std::string> names = {"nginx", "graylane"};
  std::vector<std::string> controllers = {"k8s.io/ingress-nginx", "graylane.dev/ingress-controller"};
  bool without_class = true;
  bool by_name = false;  // a class of one of `names` is ours whatever its controller
};

struct Options {
  Compat compat;
  ClassSelector classes;
  route::SplitMode split_mode = route::SplitMode::kExact;
  bool annotation_validation = true;
  bool disable_catch_all = false;  // Ingresses with spec.defaultBackend are left out
  bool tls_listener = false;       // a listener serves https: without one, ssl-redirect would lead nowhere
};

}  // namespace graylane::ingress_nginx
