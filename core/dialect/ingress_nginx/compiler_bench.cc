// The targets for compiling: 10,000 hosts of 10 paths from objects in at most 150 ms, a table of at most 30 MB, and a changed
// Ingress or EndpointSlice among them compiled in at most 2 ms.
//
// Memory is counted by this program's own operator delete, in malloc's usable sizes: what is given back when the table is
// dropped, after its compiler and the objects.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "api/manifest.h"
#include "dialect/ingress_nginx/compiler.h"

namespace {

size_t bytes_freed = 0;
bool counting = false;

void* checked(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept {
  if (counting) bytes_freed += malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) { return checked(std::malloc(size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return checked(std::aligned_alloc(static_cast<size_t>(alignment), size));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }

namespace graylane::ingress_nginx {
namespace {

constexpr int kHosts = 10'000;
constexpr int kPaths = 10;

std::string shop(int i) { return "shop-" + std::to_string(i); }

std::string ingress_text(int i, const std::string& extra_path) {
  const std::string n = std::to_string(i);
  std::string text = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop-" + n +
                     ", namespace: default, annotations: {nginx.ingress.kubernetes.io/proxy-read-timeout: \"120\"}}\n"
                     "spec:\n  ingressClassName: nginx\n  rules:\n  - host: shop-" +
                     n + ".example.com\n    http:\n      paths:\n";
  for (int p = 0; p < kPaths; ++p) {
    const std::string path = p == 0 ? extra_path : "/path" + std::to_string(p);
    text += "      - {path: " + path + ", pathType: Prefix, backend: {service: {name: shop-" + n + ", port: {number: 80}}}}\n";
  }
  return text;
}

std::string service_text(const std::string& name) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: default}\nspec: {ports: [{port: 80}]}\n";
}

std::string slice_text(const std::string& service, int last_byte) {
  return "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + service +
         "-1, namespace: default, labels: {kubernetes.io/service-name: " + service +
         "}}\naddressType: IPv4\nendpoints: [{addresses: [10.0.0." + std::to_string(last_byte) + "]}]\nports: [{port: 8080}]\n";
}

std::vector<api::ObjectPtr> objects_of(const std::string& text) {
  static const FileName kFile = std::make_shared<const std::string>("bench.yaml");
  std::vector<api::ObjectPtr> objects;
  for (api::Object& object : api::read_manifest(text, kFile).objects)
    objects.push_back(std::make_shared<const api::Object>(std::move(object)));
  return objects;
}

std::vector<api::ObjectPtr> all_objects() {
  std::string text;
  for (int i = 0; i < kHosts; ++i) text += ingress_text(i, "/path0") + service_text(shop(i)) + slice_text(shop(i), 1);
  return objects_of(text);
}

Compiler compiler_of(const std::vector<api::ObjectPtr>& objects) {
  Compiler compiler{Options()};
  for (const api::ObjectPtr& object : objects) compiler.put(object);
  return compiler;
}

void compile_10k_hosts(benchmark::State& state) {
  const std::vector<api::ObjectPtr> objects = all_objects();
  for (auto _ : state) {
    auto compiler = std::make_unique<Compiler>(compiler_of(objects));
    route::TablePtr table = compiler->compile();
    state.PauseTiming();  // taking it all down again
    table.reset();
    compiler.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(compile_10k_hosts)->Unit(benchmark::kMillisecond);

/// One Ingress whose paths have a Service each, and its canary on every second path.
std::string ingress_text_with_canary(int i) {
  const std::string n = std::to_string(i);
  const auto ingress = [&](const std::string& suffix, const std::string& annotations, int step) {
    std::string text = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop-" + n + suffix +
                       ", namespace: default, annotations: {" + annotations +
                       "}}\nspec:\n  ingressClassName: nginx\n  rules:\n  - host: shop-" + n +
                       ".example.com\n    http:\n      paths:\n";
    for (int p = 0; p < kPaths; p += step) {
      const std::string path = "path" + std::to_string(p);
      text += "      - {path: /" + path + ", pathType: Prefix, backend: {service: {name: " + path + "-" + n + suffix +
              ", port: {number: 80}}}}\n";
    }
    return text;
  };
  const std::string prefix = "nginx.ingress.kubernetes.io/";
  return ingress("", prefix + "proxy-read-timeout: \"120\"", 1) +
         ingress("-canary",
                 prefix + "canary: \"true\", " + prefix + "canary-weight: \"10\", " + prefix + "canary-by-header: x-canary, " +
                     prefix + "canary-by-cookie: canary",
                 2);
}

std::vector<api::ObjectPtr> all_objects_with_canaries() {
  std::vector<api::ObjectPtr> objects;
  for (int i = 0; i < kHosts; ++i) {
    const std::string n = std::to_string(i);
    std::string text = ingress_text_with_canary(i);
    for (int p = 0; p < kPaths; ++p) {
      for (const char* suffix : {"", "-canary"}) {
        const std::string name = "path" + std::to_string(p) + "-" + n + suffix;
        if (p % 2 == 0 || *suffix == 0) text += service_text(name) + slice_text(name, 1);
      }
    }
    for (api::ObjectPtr& object : objects_of(text)) objects.push_back(std::move(object));
  }
  return objects;
}

void measure_memory(benchmark::State& state, std::vector<api::ObjectPtr> (*make_objects)()) {
  size_t bytes = 0;
  for (auto _ : state) {
    route::TablePtr table;
    {
      const std::vector<api::ObjectPtr> objects = make_objects();
      table = compiler_of(objects).compile();
    }
    bytes_freed = 0;
    counting = true;
    table.reset();
    counting = false;
    bytes = bytes_freed;
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
  state.counters["bytes_per_path"] = static_cast<double>(bytes) / (kHosts * kPaths);
}

void table_of_10k_hosts_memory(benchmark::State& state) { measure_memory(state, all_objects); }
BENCHMARK(table_of_10k_hosts_memory)->Unit(benchmark::kMillisecond)->Iterations(1);

/// 150,000 Services, 50,000 splits.
void table_of_10k_hosts_with_canaries_memory(benchmark::State& state) { measure_memory(state, all_objects_with_canaries); }
BENCHMARK(table_of_10k_hosts_with_canaries_memory)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Two versions of one object, put in turn.
void recompile(benchmark::State& state, const std::string& first, const std::string& second) {
  const std::vector<api::ObjectPtr> objects = all_objects();
  Compiler compiler = compiler_of(objects);
  route::TablePtr table = compiler.compile();
  const std::vector<api::ObjectPtr> versions = {objects_of(first)[0], objects_of(second)[0]};
  size_t turn = 0;
  for (auto _ : state) {
    compiler.put(versions[++turn % 2]);
    table = compiler.compile();
  }
}

void changed_ingress_among_10k(benchmark::State& state) {
  recompile(state, ingress_text(77, "/path0"), ingress_text(77, "/changed"));
}
BENCHMARK(changed_ingress_among_10k)->Unit(benchmark::kMicrosecond);

void changed_endpoints_among_10k(benchmark::State& state) { recompile(state, slice_text(shop(77), 1), slice_text(shop(77), 2)); }
BENCHMARK(changed_endpoints_among_10k)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace graylane::ingress_nginx
