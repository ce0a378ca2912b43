// What it takes to start a container: program, environment, working folder; or the reason why it has to wait. Pure, given the
// objects.
//
// The program is the container's `command` with its `args`; without a command that of the image's entry (images.h), with
// the container's args, else the entry's.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "local/environment.h"
#include "local/images.h"

namespace graylane::local {

struct Launch {
  std::vector<std::string> command;
  Environment environment;
  std::string folder;
};

/// A container's `waiting` state, in Kubernetes' words.
struct Waiting {
  std::string reason;  // "ErrImageNotMapped", "CreateContainerConfigError"
  std::string message;
  bool operator==(const Waiting&) const = default;
};

/// `program`: this program, for the sample server. `inherited`: the variables that every container begins with (PATH, ...).
std::expected<Launch, Waiting> plan_launch(const PodFacts& facts, const doc::Value& container, const ImageMap& images,
                                           const std::string& program, const Environment& inherited);

}  // namespace graylane::local
