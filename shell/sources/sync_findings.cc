#include "sources/sync_findings.h"

#include <utility>

namespace graylane::sources {

using api::Object;
using api::ObjectKey;
using api::ObjectPtr;

Diagnostic warning_of(const Object& document, std::string id, const std::string& what, std::string fix) {
  const std::string name = document.key.to_string();
  return {Severity::kWarning, std::move(id), name, {}, name + " " + what, std::move(fix), document.at(document.content.at()), {}};
}

Diagnostic deleted_by_others(const Object& document) {
  return warning_of(document, "deleted-by-others", "was deleted by somebody; it stays so until its document changes",
                    "change the document, or delete it too");
}

Diagnostic kept_namespace(const ObjectKey& key) {
  const std::string name = key.to_string();
  return {Severity::kWarning,
          "namespace-kept",
          name,
          {},
          name + " is kept though its document is gone: other documents are in it",
          "to delete it: kubectl delete namespace " + key.name + ", once they are gone too",
          {},
          {}};
}

Diagnostic kept_definition(const ObjectKey& key, const std::vector<ObjectPtr>& others) {
  const std::string name = key.to_string();
  const std::string what = others.front()->key.to_string();
  const std::string whose = others.size() == 1 ? what + " is" : what + " and " + std::to_string(others.size() - 1) + " more are";
  return {Severity::kWarning,
          "definition-kept",
          name,
          {},
          name + " is kept though its document is gone: " + whose + " of its kind, and not of this directory",
          "to delete all of it: kubectl delete crd " + key.name + "; else it goes with the last of them",
          {},
          {}};
}

}  // namespace graylane::sources
