// What the author of a document wrote of an object: its content without what reading filled in, and without what only the server
// sets. It is what is applied, and what decides whether a document changed: defaults of a newer version are no change. Pure.
#pragma once

#include <string>

#include "api/object.h"
#include "api/schema.h"

namespace graylane::sources {

/// `schema` may be null. Reading gives what it fills in one place for key and value, which no text has. The keys of list items are
/// kept all the same; of items with equal keys, which some lists tolerate, the last one is.
doc::Value written_part(const api::Object& object, const api::Schema* schema);

/// Of the content alone: neither positions nor the order of members count. 16 hexadecimal digits.
std::string digest_of(const doc::Value& value);

/// The creationTimestamp that the document states; null when it states none.
const doc::Value* stated_creation(const api::Object& document);

/// Of a member or of the values of a map; null when nothing is known.
const api::Schema* schema_of_member(const api::Schema* schema, std::string_view name);

}  // namespace graylane::sources
