#include "apiserver/part_body.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/request_types.h"
#include "apiserver/body.h"
#include "apiserver/checking.h"
#include "apiserver/columns_text.h"

namespace graylane::apiserver {
namespace {

/// By fieldValidation: nothing, warnings, or refused.
Outcome<std::vector<std::string>> judge(const Body& body, const api::Kind& kind, WriteOptions::Validation validation) {
  auto findings = check_types(body.value, kind, false);
  if (!findings) return refuse(std::move(findings.error()));
  std::ranges::copy(body.duplicates, std::back_inserter(*findings));
  std::ranges::stable_sort(*findings, {}, [](const Finding& f) { return std::pair(f.at.line, f.at.column); });
  std::vector<std::string> texts;
  if (validation == WriteOptions::Validation::kIgnore) return texts;
  for (Finding& finding : *findings) texts.push_back(std::move(finding.text));
  if (validation == WriteOptions::Validation::kWarn || texts.empty()) return texts;
  std::string all = "strict decoding error: ";
  for (const std::string& text : texts) all += (&text == texts.data() ? "" : ", ") + text;
  return refuse(unreadable(body.value, kind, all, false));
}

}  // namespace

api::Kind part_kind(std::string group, std::string version, std::string type) {
  api::Kind kind;
  kind.schema = &api::request_type(type);
  kind.gvk = {std::move(group), std::move(version), std::move(type)};
  kind.is_stored = false;
  return kind;
}

Outcome<PartBody> read_part(const httpd::Request& request, const Target& target, const api::Kind& kind) {
  if (request.body.size() > kBodyBytesMax) return refuse(too_large(kBodyBytesMax));
  auto options = parse_write_options(request, "CreateOptions", false);
  if (!options) return refuse(std::move(options.error()));
  auto body = read_object(request.body, request.header("Content-Type"), kind);
  if (!body) return refuse(std::move(body.error()));
  auto warnings = judge(*body, kind, options->validation);
  if (!warnings) return refuse(std::move(warnings.error()));
  const std::string ns = text_at(body->value, "metadata.namespace");
  if (!ns.empty() && ns != target.ns)
    return refuse(bad_request("the namespace of the provided object does not match the namespace sent on the request"));
  return PartBody{std::move(body->value), *std::move(options), *std::move(warnings)};
}

}  // namespace graylane::apiserver
