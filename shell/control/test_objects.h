// Objects out of YAML for the tests of controllers, through the same decoding as files.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "api/manifest.h"

namespace graylane::control {

inline api::Object object_of(std::string_view yaml) {
  api::Manifest manifest = api::read_manifest(yaml, std::make_shared<const std::string>("test.yaml"));
  for (const Diagnostic& diagnostic : manifest.diagnostics) ADD_FAILURE() << to_string(diagnostic);
  EXPECT_EQ(manifest.objects.size(), 1u);
  return manifest.objects.empty() ? api::Object() : std::move(manifest.objects.front());
}

}  // namespace graylane::control
