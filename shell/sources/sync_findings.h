// What people should know of the way from documents to objects (sync_plan.h). Pure.
#pragma once

#include <string>
#include <vector>

#include "api/object.h"
#include "base/diagnostic.h"

namespace graylane::sources {

/// "KIND NAME `what`", at the document.
Diagnostic warning_of(const api::Object& document, std::string id, const std::string& what, std::string fix);

Diagnostic deleted_by_others(const api::Object& document);

/// Its document is gone, which alone would have been read as a wish to delete all that is in it.
Diagnostic kept_namespace(const api::ObjectKey& key);
/// Likewise when `others`, those that the directory did not make, would go with it; there is one.
Diagnostic kept_namespace(const api::ObjectKey& key, const std::vector<api::ObjectPtr>& others);
Diagnostic kept_definition(const api::ObjectKey& key, const std::vector<api::ObjectPtr>& others);

}  // namespace graylane::sources
