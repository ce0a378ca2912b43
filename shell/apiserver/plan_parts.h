// Parts of documents that the planning of writes asks for. Internal to the folder.
#pragma once

#include "api/build.h"
#include "apiserver/columns_text.h"
#include "doc/value.h"

namespace graylane::apiserver {

inline doc::Object& metadata_of(doc::Value& document) { return api::object_member(*document.as_object(), "metadata"); }

inline bool is_deleted(const doc::Value& document) { return !text_at(document, "metadata.deletionTimestamp").empty(); }

/// Nothing keeps it any more.
inline bool is_free(const doc::Value& document) {
  return size_at(document, "metadata.finalizers") == 0 && size_at(document, "spec.finalizers") == 0;
}

}  // namespace graylane::apiserver
