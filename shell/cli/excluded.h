// Excluded: an Ingress that somebody wrote and that is not in force for a host that it names, with the reason. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/location.h"
#include "cli/manifests.h"

namespace graylane::cli {

struct Excluded {
  std::string name;                // "Ingress default/shop", or the file when nothing of it could be read
  std::vector<std::string> hosts;  // in lower case; of those that it names, where it is not in force
  std::string text;                // of a file that could not be read to its end: the host may be anywhere in it
  std::string why;
  Location at;

  /// `host` is in lower case, without port.
  bool names(std::string_view host) const;
};

/// In the order of the files: what the route table left out, then what could not be decoded. Reads files with errors again.
std::vector<Excluded> excluded_ingresses(const Manifests& manifests);

}  // namespace graylane::cli
