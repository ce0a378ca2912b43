// The columns that a CustomResourceDefinition gives its kind. Pure. Internal to the folder.
#pragma once

#include "apiserver/columns.h"

namespace graylane::apiserver {

/// The name, then those of the definition. They refer to `custom`, which must outlive them.
Columns custom_columns(const api::CustomKind& custom);

}  // namespace graylane::apiserver
