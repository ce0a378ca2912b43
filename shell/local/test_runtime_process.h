// A process whose only work is a runtime, for tests that kill it: `runtime FOLDER MANIFEST`.
#pragma once

#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "api/manifest.h"
#include "local/runtime.h"
#include "store/memory_store.h"

namespace graylane::local {

inline std::optional<int> run_runtime_process(int argc, char** argv) {
  if (argc != 4 || std::string_view(argv[1]) != "runtime") return std::nullopt;
  std::ifstream file(argv[3]);
  std::ostringstream text;
  text << file.rdbuf();
  store::MemoryStore store;
  api::Manifest manifest = api::read_manifest(text.str(), nullptr);
  for (api::Object& object : manifest.objects) {
    if (!store.create(std::move(object))) return 1;
  }
  auto loop = net::EventLoop::create();
  if (!loop) return 1;
  RuntimeOptions options;
  options.state_folder = argv[2];
  auto runtime = Runtime::create(**loop, store, std::make_unique<LoopbackPool>(), options);
  if (!runtime || !(*runtime)->reconcile()) return 1;
  (*loop)->run();
  return 0;
}

}  // namespace graylane::local
