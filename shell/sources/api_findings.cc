#include "sources/api_findings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apiserver/causes.h"
#include "apiserver/checking.h"
#include "apiserver/go_form.h"
#include "apiserver/rules.h"
#include "sources/places.h"
#include "sources/refusals.h"
#include "sources/written_part.h"

namespace graylane::sources {

using api::Kind;
using api::Object;
using patch::Cause;

namespace {

Diagnostic warning(const Cause& cause, const Object& object) {
  const bool is_annotation = cause.field.starts_with("annotations.");  // as the API has it
  return {Severity::kWarning,
          "cluster-refuses",
          object.key.to_string(),
          cause.field,
          cause.field + " is taken here, but Kubernetes refuses it: " + cause.message,
          {},
          place_of(object, is_annotation ? "metadata.annotations" : cause.field),
          {}};
}

Diagnostics find(const Object& object, const Kind& kind) {
  doc::Value document = written_part(object, kind.schema);
  std::vector<Cause> causes = apiserver::check_metadata(document, kind);
  apiserver::check_data(document, kind, causes);
  apiserver::check_given(document, kind, causes);
  Diagnostics found = causes.empty() ? Diagnostics() : refusals(apiserver::invalid(kind, object.key.name, causes), object);
  causes.clear();
  apiserver::take_go_form(document, kind);
  apiserver::check_rules(document, nullptr, kind, causes);
  for (const Cause& cause : causes) found.push_back(warning(cause, object));
  return found;
}

/// Whether `field` is `outer` or a part of it.
bool is_within(std::string_view field, std::string_view outer) {
  return field.starts_with(outer) && (field.size() == outer.size() || field[outer.size()] == '.' || field[outer.size()] == '[');
}

/// The fields that something was said of, by object. An unknown field is nobody's else.
std::map<std::string, std::vector<std::string>> told_fields(const Diagnostics& diagnostics) {
  std::map<std::string, std::vector<std::string>> told;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.id != "unknown-field") told[diagnostic.object].push_back(diagnostic.field);
  }
  return told;
}

}  // namespace

void add_api_findings(api::Manifest& manifest, const api::Kinds& kinds) {
  const auto told = told_fields(manifest.diagnostics);
  const auto is_told = [&](const Diagnostic& finding) {
    const auto fields = told.find(finding.object);
    return fields != told.end() && std::ranges::any_of(fields->second, [&](const std::string& field) {
             return is_within(field, finding.field) || is_within(finding.field, field);
           });
  };
  const size_t before = manifest.diagnostics.size();
  for (const Object& object : manifest.objects) {
    const Kind* kind = kinds.find(object.gvk.api_version(), object.gvk.kind);
    if (!kind || manifest.diagnostics.size() >= api::ManifestOptions().diagnostics_max) continue;
    Diagnostics found = find(object, *kind);
    std::erase_if(found, is_told);
    found.resize(std::min(found.size(), kApiFindingsMax));
    std::ranges::move(found, std::back_inserter(manifest.diagnostics));
  }
  if (manifest.diagnostics.size() == before) return;
  std::ranges::stable_sort(manifest.diagnostics, {}, [](const Diagnostic& diagnostic) { return diagnostic.where.at; });
}

}  // namespace graylane::sources
