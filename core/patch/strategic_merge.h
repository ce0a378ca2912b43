// The two halves of a strategic merge, of objects and of lists, which call one another. Internal to core/patch.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/schema.h"
#include "doc/value.h"
#include "patch/failure.h"

namespace graylane::patch {

inline constexpr std::string_view kDirective = "$patch";
inline constexpr std::string_view kRetainKeys = "$retainKeys";
inline constexpr std::string_view kSetElementOrder = "$setElementOrder/";
inline constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";

using Merged = std::expected<void, Failure>;

inline std::unexpected<Failure> bad_patch(std::string message) { return refuse(Reason::kBadRequest, std::move(message)); }

Merged merge_objects(doc::Object& original, doc::Object patch, const api::Schema* schema);

/// By the list's merge key, or as a set; replaced when the schema does not say that it is merged.
Merged merge_lists(doc::Array& original, doc::Array patch, const api::Schema* schema);
/// Takes the items of `deletions` from a list of scalars.
Merged delete_from_list(doc::Array& original, const doc::Array& deletions);

/// What $setElementOrder says of one list: its items come in the order of `order`, those that it does not name keep their place
/// among them as well as they can. `original` and `patch` are null when absent.
std::expected<doc::Array, Failure> merge_ordered_lists(const doc::Array* original, doc::Array* patch, const doc::Array& order,
                                                       const api::Schema* schema);

/// Takes nulls and directives out of a value that is new in the object. False when nothing of it is to be kept.
bool clean(doc::Value& value);

}  // namespace graylane::patch
