// The columns of the kinds that are only stored. Internal to the folder.
#pragma once

#include <string_view>

#include "apiserver/columns.h"

namespace graylane::apiserver {

/// Null: it has none of its own.
const Columns* stored_kind_columns(std::string_view kind);

}  // namespace graylane::apiserver
