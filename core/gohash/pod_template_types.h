// The types of a Pod template as Kubernetes' Go code declares them.
#pragma once

#include "gohash/go_types.h"

namespace graylane::gohash {

/// v1.PodTemplateSpec. Made at the first call, constant from then on.
const GoType& pod_template_type();

}  // namespace graylane::gohash
