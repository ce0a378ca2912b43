// images.yaml of a directory of manifests: a part of what is read there, and so of an edit. A function of the file system.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "local/images.h"

namespace graylane::daemon {

/// The one beside the manifests at `path`, a directory or a file. What is wrong with it is in `diagnostics`, also that it
/// cannot be read; what is right is in the map.
local::ImageMap read_images(const std::string& path, Diagnostics& diagnostics);
/// Its name, whether there is one or not.
std::string images_path(const std::string& path);

}  // namespace graylane::daemon
