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

namespace {

Diagnostic kept(std::string id, const ObjectKey& key, const std::string& why, std::string fix) {
  const std::string name = key.to_string();
  return {
      Severity::kWarning, std::move(id), name, {}, name + " is kept though its document is gone: " + why, std::move(fix), {}, {}};
}

/// `where` they are; `command` takes them along.
Diagnostic kept_for(std::string id, const ObjectKey& key, const std::vector<ObjectPtr>& others, const std::string& where,
                    const std::string& command) {
  const std::string first = others.front()->key.to_string();
  const std::string whose =
      others.size() == 1 ? first + " is" : first + " and " + std::to_string(others.size() - 1) + " more are";
  return kept(std::move(id), key, whose + " " + where + ", and not of this directory",
              "to delete all of it: " + command + "; else it goes with the last of them");
}

}  // namespace

Diagnostic kept_namespace(const ObjectKey& key) {
  return kept("namespace-kept", key, "other documents are in it",
              "to delete it: kubectl delete namespace " + key.name + ", once they are gone too");
}

Diagnostic kept_namespace(const ObjectKey& key, const std::vector<ObjectPtr>& others) {
  return kept_for("namespace-kept", key, others, "in it", "kubectl delete namespace " + key.name);
}

Diagnostic kept_definition(const ObjectKey& key, const std::vector<ObjectPtr>& others) {
  return kept_for("definition-kept", key, others, "of its kind", "kubectl delete crd " + key.name);
}

}  // namespace graylane::sources
