#include "apiserver/binding.h"

#include "apiserver/columns_text.h"
#include "apiserver/part_body.h"
#include "doc/print.h"

namespace graylane::apiserver {
namespace {

const api::Kind& binding_kind() {
  static const api::Kind kKind = part_kind("", "v1", "Binding");
  return kKind;
}

Outcome<void> check_target(const doc::Value& binding, const std::string& name) {
  const std::string kind = text_at(binding, "target.kind");
  if (text_at(binding, "target.name").empty()) return refuse(invalid(binding_kind(), name, {required("target.name")}));
  if (kind.empty() || kind == "Node") return {};
  return refuse(
      invalid(binding_kind(), name,
              {{"FieldValueNotSupported", "Unsupported value: " + go_quoted(kind) + ": supported values: \"Node\", \"<empty>\"",
                "target.kind"}}));
}

}  // namespace

bool is_bindings(const Target& target) {
  return target.group.empty() && target.version == "v1" && target.resource == "bindings" && !target.ns.empty() &&
         target.name.empty() && !target.watch;
}

Outcome<httpd::Request> as_pod_binding(const httpd::Request& request, Target& target) {
  auto body = read_part(request, target, binding_kind());
  if (!body) return refuse(std::move(body.error()));
  const std::string name = text_at(body->value, "metadata.name");
  if (target.name.empty() && name.empty()) return refuse(bad_request("Name parameter required."));
  if (!target.name.empty() && name != target.name)
    return refuse(bad_request("name in URL does not match name in Binding object"));
  if (auto ok = check_target(body->value, name); !ok) return refuse(std::move(ok.error()));
  target.resource = "pods";
  target.name = name;
  target.subresource = "binding";
  httpd::Request changed = request;
  changed.body = doc::to_json(body->value);
  while (const std::string* type = changed.header("Content-Type"))
    std::erase_if(changed.headers, [type](const httpd::Header& header) { return &header.value == type; });
  changed.headers.push_back({"Content-Type", "application/json"});
  return changed;
}

}  // namespace graylane::apiserver
