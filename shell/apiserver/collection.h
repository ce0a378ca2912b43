// DELETE on a collection: what the selectors choose goes in one batch. Internal to the folder.
#pragma once

#include "apiserver/pipeline.h"
#include "apiserver/writing.h"

namespace graylane::apiserver {

/// Answers with the list of what was deleted or marked so.
Outcome<void> delete_collection(const WriteCall& call, Writer writer, const DeleteOptions& options,
                                std::function<void(httpd::Response)> reply);

}  // namespace graylane::apiserver
