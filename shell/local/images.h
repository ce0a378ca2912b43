// ImageMap: which program stands for a container image, since there are no images here. Read from `images.yaml` beside the
// manifests, plus the built-in sample server for the images of the examples. A plain value.
//
//   # images.yaml: image -> what to run
//   nginx: [/usr/sbin/nginx, -g, "daemon off;"]        # a list is the command
//   registry.example.com/shop:v2:
//     command: [./shop, --listen, $(POD_IP):$(PORT)]    # as a container's command; a container's own `args` are added
//     args: [--verbose]                                 # used when the container has no args
//     env: {MODE: local}                                # below the container's own env
//     workingDir: ./shop                                # relative to images.yaml; used when the container has none
//   shop-backend: {sample: "backend v2"}                # the built-in sample server, which answers this text
//
// An entry with a tag or digest fits only that image, one without fits every tag; the closer one wins. "nginx" and
// "docker.io/library/nginx" are the same image.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"

namespace graylane::local {

struct ImageEntry {
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::string working_folder;  // absolute or relative to the map's folder; empty: the folder itself
  std::string sample;          // not empty: the sample server with this text, and no command
  Location where;              // empty when built in
};

class ImageMap {
 public:
  ImageMap() = default;

  /// `text` of the file `file`. With errors in `diagnostics` what is right is still in the map. Ids: those of
  /// doc/parse.h, images-shape.
  static ImageMap parse(std::string_view text, const FileName& file, Diagnostics& diagnostics);
  /// images.yaml of a folder; without one the map has only what is built in. kUnavailable: it cannot be read; kLimit: it is
  /// over 1 MiB.
  static Result<ImageMap> load(const std::string& folder, Diagnostics& diagnostics);

  /// Null: not mapped and not built in.
  const ImageEntry* find(std::string_view image) const;
  const std::string& folder() const { return folder_; }

 private:
  std::map<std::string, ImageEntry, std::less<>> entries_;  // by normal form
  std::string folder_ = ".";
};

/// "nginx:1.25" -> "docker.io/library/nginx:1.25".
std::string normal_image(std::string_view image);
/// Without tag and digest.
std::string_view repository_of(std::string_view image);

}  // namespace graylane::local
