// Bindings: a Pod gets its node, by POST to pods/NAME/binding or to bindings. Pure.
#pragma once

#include "apiserver/status.h"
#include "apiserver/target.h"
#include "httpd/message.h"

namespace graylane::apiserver {

/// Whether the path is /api/v1/namespaces/NS/bindings, which is no kind of objects.
bool is_bindings(const Target& target);

/// The POST of a Binding, checked, to pods/NAME/binding, which `target` then names.
Outcome<httpd::Request> as_pod_binding(const httpd::Request& request, Target& target);

}  // namespace graylane::apiserver
