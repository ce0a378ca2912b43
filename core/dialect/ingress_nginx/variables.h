// nginx variables in annotation values: "$2", "$host", "${arg_x}". Those with a meaning here become parts of a TextTemplate.
#pragma once

#include <string_view>

#include "base/error.h"
#include "route/table.h"

namespace graylane::ingress_nginx {

/// Values of variables that are the same for a whole location.
struct LocationConstants {
  std::string_view ns;
  std::string_view ingress;
  std::string_view service;
  std::string_view service_port;
  std::string_view path;
};

/// Fails with the name of the first variable that is unknown: nginx would refuse the whole configuration.
Result<route::TextTemplate> parse_template(std::string_view text, const LocationConstants& constants);

/// The same for upstream-hash-by, where an unknown variable is empty text.
route::TextTemplate parse_hash_key(std::string_view text, const LocationConstants& constants);

}  // namespace graylane::ingress_nginx
