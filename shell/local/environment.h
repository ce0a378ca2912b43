// The environment of a container, as Kubernetes makes it: variables of the Services, then envFrom, then env, with $(NAME)
// expanded; before all of them what is ours (POD_IP, POD_NAME, PORT, PORT_n) and an image's own. Later ones win. Pure, given the
// objects.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/object.h"
#include "base/error.h"

namespace graylane::local {

/// What a Pod's environment is made of. Plain references: use at once.
struct PodFacts {
  const api::Object& pod;
  std::string ip;
  std::string node_name;
  std::map<int32_t, int32_t> real_ports;  // those that differ from the declared one
  /// ConfigMap or Secret of the Pod's namespace; null when there is none.
  std::function<api::ObjectPtr(std::string_view kind, std::string_view name)> find;
  std::vector<api::ObjectPtr> services;  // of the Pod's namespace
};

using Environment = std::map<std::string, std::string>;

/// Kubernetes' expansion: $(NAME) becomes the variable's value, or stays when there is none; $$ becomes $.
std::string expand(std::string_view text, const Environment& variables);

/// `base`: weaker than everything here. Errors (a ConfigMap that is missing, a field that is not known here) say what the
/// author has to change; secrets' values are never in them.
Result<Environment> environment_of(const PodFacts& facts, const doc::Value& container, Environment base);

}  // namespace graylane::local
