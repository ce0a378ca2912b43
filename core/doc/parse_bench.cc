// The target for YAML: 10,000 Ingresses in at most 1.5 s.
#include <benchmark/benchmark.h>

#include "doc/parse.h"
#include "doc/print.h"

namespace graylane::doc {
namespace {

std::string ingresses(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    text += "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop-" + n +
            "\n  namespace: default\n  labels:\n    app: shop\n  annotations:\n    nginx.ingress.kubernetes.io/canary: \"true\"\n"
            "    nginx.ingress.kubernetes.io/canary-weight: \"30\"\n    nginx.ingress.kubernetes.io/canary-by-header: X-Canary\n"
            "spec:\n  ingressClassName: nginx\n  rules:\n  - host: shop-" +
            n + ".example.com\n    http:\n      paths:\n";
    for (int p = 0; p < 3; ++p) {
      text += "      - path: /p" + std::to_string(p) +
              "\n        pathType: Prefix\n        backend:\n          service:\n            name: shop-" + n +
              "\n            port:\n              number: 80\n";
    }
  }
  return text;
}

void parse_10k_ingresses_yaml(benchmark::State& state) {
  const std::string text = ingresses(10'000);
  for (auto _ : state) benchmark::DoNotOptimize(parse_yaml(text, nullptr));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(text.size()));
}
BENCHMARK(parse_10k_ingresses_yaml)->Unit(benchmark::kMillisecond);

void parse_10k_ingresses_json(benchmark::State& state) {
  const std::string text = to_json(Value(Array(parse_yaml(ingresses(10'000), nullptr).documents)));
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(text, nullptr));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(text.size()));
}
BENCHMARK(parse_10k_ingresses_json)->Unit(benchmark::kMillisecond);

void print_10k_ingresses_yaml(benchmark::State& state) {
  const Value value(Array(parse_yaml(ingresses(10'000), nullptr).documents));
  for (auto _ : state) benchmark::DoNotOptimize(to_yaml(value));
}
BENCHMARK(print_10k_ingresses_yaml)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace graylane::doc
