// Any JSON as a body of any kind, one of a CustomResourceDefinition among them: reading, defaults and checks end, a refusal has its
// words, and what was stored can be written back without a change. The input: a byte that chooses the kind when the body names
// none, then the body.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/crd.h"
#include "api/decode.h"
#include "apiserver/pipeline.h"
#include "doc/parse.h"
#include "doc/print.h"

namespace {

using namespace graylane;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr const char* kDefinition = R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
  "names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},
  "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object",
  "properties":{"spec":{"type":"object","required":["size"],"properties":{"size":{"type":"integer","minimum":1,"default":3},
  "mode":{"type":"string","enum":["a","b"],"nullable":true},"port":{"x-kubernetes-int-or-string":true},
  "open":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
  "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object",
  "required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"string","default":"x"}}}}}}}}}}]}})";

api::Kinds make_kinds() {
  api::Kinds kinds = api::builtin_kinds();
  auto definition = api::decode(doc::parse_json(kDefinition, nullptr).documents.front(), nullptr);
  require(definition.object.has_value());
  auto custom = api::kinds_of_crd(*definition.object);
  require(custom.has_value());
  for (api::Kind& kind : *custom) kinds.add(std::move(kind));
  return kinds;
}

const api::Kind& choose(const api::Kinds& kinds, std::string_view body, uint8_t choice) {
  const auto parsed = doc::parse_json(body, nullptr);
  const doc::Value* document = parsed.documents.empty() ? nullptr : &parsed.documents.front();
  const doc::Value* version = document ? document->find("apiVersion") : nullptr;
  const doc::Value* kind = document ? document->find("kind") : nullptr;
  const api::Kind* named = version && version->as_string() && kind && kind->as_string()
                               ? kinds.find(*version->as_string(), *kind->as_string())
                               : nullptr;
  return named ? *named : kinds.all()[choice % kinds.all().size()];
}

apiserver::Writer writer_for(const api::Kind& kind, const api::Kinds& kinds) {
  apiserver::Writer writer;
  writer.kind = &kind;
  writer.kinds = &kinds;
  writer.target.ns = kind.namespaced ? "default" : "";
  writer.options.manager = "fuzz";
  writer.now_unix_seconds = 1'700'000'000;
  writer.new_uid = "6f1c2b1e-0000-4000-8000-000000000001";
  writer.name_suffix = "x0001";
  return writer;
}

void write_back(apiserver::Writer writer, api::Object stored) {
  stored.revision = 7;
  writer.target.name = stored.key.name;
  const auto again = apiserver::plan_update(writer, stored, {apiserver::with_revision(stored), {}});
  require(again.has_value() && again->effect == apiserver::Plan::Effect::kNone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const api::Kinds kKinds = make_kinds();
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const api::Kind& kind = choose(kKinds, body, data[0]);
  if (!kind.is_stored) return 0;
  auto read = apiserver::read_object(body, nullptr, kind);
  if (!read) {
    require(!read.error().message.empty());
    return 0;
  }
  const apiserver::Writer writer = writer_for(kind, kKinds);
  auto plan = apiserver::plan_create(writer, *std::move(read));
  if (!plan) require(plan.error().code >= 400 && !plan.error().message.empty());
  else write_back(writer, std::move(plan->object));
  return 0;
}
