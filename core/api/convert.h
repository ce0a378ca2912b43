// Conversion between the versions of a kind. Pure; safe from any thread.
#pragma once

#include "api/kinds.h"

namespace graylane::api {

/// The content of an object of kind `from` as an object of kind `to`: another version of the same kind, whose storage they share.
/// apiVersion is set; what is not for the version to say (metadata.managedFields) stays as it is.
doc::Value convert(doc::Value content, const Kind& from, const Kind& to);

/// The object in the version that its kind is stored in. Kinds that are not known stay as they are.
Object to_storage(Object object, const Kinds& kinds);
/// The object in another version of its kind.
Object to_version(Object object, const Kind& wanted, const Kinds& kinds);

}  // namespace graylane::api
