// Any manifests compile; what comes out answers requests, and does not depend on the way the objects came.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/manifest.h"
#include "dialect/ingress_nginx/compiler.h"
#include "route/explain.h"

namespace {

using graylane::api::ObjectPtr;
using graylane::ingress_nginx::Compiler;

void require(bool fact) {
  if (!fact) std::abort();
}

std::string answers(const graylane::route::Table& table) {
  std::string text;
  graylane::route::Scratch scratch;
  const graylane::route::HeaderField canary{"X-Canary", "always"};
  for (const char* host : {"app.example", "www.example.com", "x.example.com", "other"}) {
    for (const char* target : {"/", "/a/b?c=1", "/%2e%2e/x", "/api/v1/users"}) {
      graylane::route::Request request;
      request.host = host;
      request.target = target;
      request.headers = {&canary, 1};
      const auto answer = graylane::route::explain(table, request, scratch);
      require(answer.to.empty() == answer.status.has_value());
      double sum = 0;
      for (const auto& to : answer.to) {
        sum += to.share;
        text += to.service + " " + std::to_string(to.share) + " " + to.path + ";";
      }
      require(answer.to.empty() || std::abs(sum - 1) < 1e-9);
      text += std::to_string(answer.status.value_or(0)) + answer.location.value_or("") + "\n";
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 64 * 1024) return 0;
  const auto manifest = graylane::api::read_manifest({reinterpret_cast<const char*>(data), size}, nullptr);
  graylane::ingress_nginx::Options options;
  options.compat = *graylane::ingress_nginx::parse_compat(size % 2 == 0 ? "safe" : "exact");
  Compiler at_once(options);
  Compiler step_by_step(options);
  for (const auto& object : manifest.objects) {
    const auto shared = std::make_shared<const graylane::api::Object>(object);
    at_once.put(shared);
    step_by_step.put(shared);
    if (manifest.objects.size() < 30) step_by_step.compile();
  }
  require(answers(*at_once.compile()) == answers(*step_by_step.compile()));
  return 0;
}
