// OpenAPI v2 in protobuf (package openapi.v2, as kubectl reads it), made of the values that are its JSON. Pure. What the documents
// here do not have (OAuth, forms, headers) cannot be written.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace graylane::openapi {

/// Appends one more path item to the paths, a definition to the definitions.
void add_path(std::string& paths, std::string_view path, const doc::Value& item);
void add_definition(std::string& definitions, std::string_view name, const doc::Value& definition);

std::string document(std::string_view title, std::string_view version, std::string_view paths, std::string_view definitions);

}  // namespace graylane::openapi
