// The body of a POST to a part of an object: a Binding, an Eviction. Read as objects are: types, unknown fields, duplicates, and the
// namespace that it names. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/kinds.h"
#include "apiserver/options.h"
#include "apiserver/status.h"
#include "apiserver/target.h"
#include "doc/value.h"
#include "httpd/message.h"

namespace graylane::apiserver {

struct PartBody {
  doc::Value value;  // an object, with apiVersion and kind
  WriteOptions options;
  std::vector<std::string> warnings;
};

/// What such a body is; constant, and never stored. `type`: of request_types.h.
api::Kind part_kind(std::string group, std::string version, std::string type);

Outcome<PartBody> read_part(const httpd::Request& request, const Target& target, const api::Kind& kind);

}  // namespace graylane::apiserver
