// The annotations about the way to the endpoints and back: session affinity, retries, HTTP version, edits of answers.
#pragma once

#include "dialect/ingress_nginx/annotation_reader.h"

namespace graylane::ingress_nginx {

/// Fills in Annotations::affinity and the members below it, and Annotations::upstream.
void read_affinity(const AnnotationReader& reader, Annotations& out);
/// `out.relative_redirects` must have been read.
void read_upstream(const AnnotationReader& reader, const ControllerConfig& config, Annotations& out);

}  // namespace graylane::ingress_nginx
