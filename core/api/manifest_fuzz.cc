// Any text is read without a crash, and what is offered as a certain edit can be applied.
#include <cstddef>
#include <cstdint>

#include "api/manifest.h"
#include "api/source_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static const graylane::FileName kJson = std::make_shared<const std::string>("m.json");
  graylane::api::read_manifest(text, kJson);
  auto manifest = graylane::api::read_manifest(text, nullptr);
  for (const graylane::Diagnostic& d : manifest.diagnostics) graylane::api::apply_edits(text, d.edits);
  return 0;
}
