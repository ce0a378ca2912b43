// Any manifests compile to a table; its shares sum to 1, and a compiler that came to the objects step by step gives the same
// answers and diagnostics as one that got them at once.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "api/ingress.h"
#include "api/manifest.h"
#include "dialect/ingress_nginx/compiler.h"
#include "route/explain.h"

namespace {

using namespace graylane;

constexpr size_t kObjectsMax = 64;
constexpr size_t kRequestsMax = 24;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

std::vector<api::ObjectPtr> objects_of(std::string_view text) {
  api::ManifestOptions options;
  options.objects_max = kObjectsMax;
  std::vector<api::ObjectPtr> objects;
  for (api::Object& object : api::read_manifest(text, nullptr, options).objects)
    objects.push_back(std::make_shared<const api::Object>(std::move(object)));
  return objects;
}

struct Asked {
  std::string host;
  std::string target;
};

/// The hosts and paths of the manifests, and others.
std::vector<Asked> requests_for(const std::vector<api::ObjectPtr>& objects) {
  std::vector<Asked> requests = {{"any.example", "/"}, {"www.shop.example", "/a/b?c"}};
  for (const api::ObjectPtr& object : objects) {
    if (object->key.kind != "Ingress") continue;
    for (const api::IngressRule& rule : api::read_ingress(*object).rules) {
      for (const api::IngressPath& path : rule.paths) {
        if (requests.size() >= kRequestsMax) return requests;
        requests.push_back({rule.host, path.path.empty() ? "/" : path.path + "/x"});
      }
    }
  }
  return requests;
}

std::string text_of(const route::Explanation& answer) {
  std::string text(route::name_of(answer.verdict));
  text += " " + std::to_string(answer.status.value_or(0)) + " " + answer.location.value_or("");
  for (const route::Outcome& outcome : answer.to)
    text += " " + outcome.service + " " + outcome.port_name + " " + std::to_string(outcome.share) + " " + outcome.path + " " +
            outcome.host;
  for (const route::TraceStep& step : answer.trace) text += "\n" + step.rule + ": " + step.why + " " + step.object;
  return text;
}

void check_shares(const route::Explanation& answer) {
  if (answer.to.empty()) return;
  double sum = 0;
  for (const route::Outcome& outcome : answer.to) sum += outcome.share;
  require(std::abs(sum - 1) < 1e-9);
}

std::string answers(const ingress_nginx::Compiler& compiler, const route::Table& table, const std::vector<Asked>& requests) {
  route::Scratch scratch;
  std::string text;
  for (const Asked& asked : requests) {
    const std::vector<route::HeaderField> headers = {{"X-Canary", "always"},
                                                     {"Cookie", "=always; beta=never; INGRESSCOOKIE=a|b"}};
    for (const size_t count : {0, 2}) {
      route::Request request;
      request.host = asked.host;
      request.target = asked.target;
      request.headers = std::span(headers).first(count);
      const route::Explanation answer = route::explain(table, request, scratch);
      check_shares(answer);
      text += text_of(answer) + "\n";
    }
  }
  for (const Diagnostic& diagnostic : compiler.diagnostics()) text += to_string(diagnostic) + "\n";
  return text;
}

void check(const std::vector<api::ObjectPtr>& objects, const ingress_nginx::Options& options) {
  const std::vector<Asked> requests = requests_for(objects);
  ingress_nginx::Compiler at_once(options);
  ingress_nginx::Compiler step_by_step(options);
  for (const api::ObjectPtr& object : objects) {
    step_by_step.put(object);
    step_by_step.compile();
  }
  // Half of them go and come back.
  for (size_t i = 0; i < objects.size(); i += 2) step_by_step.remove(objects[i]->key);
  step_by_step.compile();
  // A name may be there twice: the last one counts, for both.
  for (const api::ObjectPtr& object : objects) {
    step_by_step.put(object);
    at_once.put(object);
  }
  const route::TablePtr expected = at_once.compile();
  const route::TablePtr table = step_by_step.compile();
  require(answers(step_by_step, *table, requests) == answers(at_once, *expected, requests));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<api::ObjectPtr> objects = objects_of({reinterpret_cast<const char*>(data), size});
  check(objects, {});
  ingress_nginx::Options exact;
  exact.compat = {true, true, true, true};
  exact.annotation_validation = false;
  exact.tls_listener = true;
  check(objects, exact);
  return 0;
}
