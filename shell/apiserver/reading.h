// Reading: get, and what all answers about objects have in common. Functions without a state; they read the store and wait for nothing.
// Lists are in listing.h.
#pragma once

#include <string>

#include "apiserver/present.h"
#include "apiserver/target.h"
#include "httpd/message.h"
#include "store/store.h"

namespace graylane::apiserver {

/// The key that a path names. The target has a name.
api::ObjectKey key_of(const Target& target, const api::Kind& kind);
/// What a list or watch of the target is about.
control::Selector selector_of(const Target& target, const api::Kind& kind, const ListOptions& options);

Outcome<httpd::Response> get_object(store::Store& store, const Target& target, const api::Kind& kind, const api::Kinds& kinds,
                                    const httpd::Request& request, int64_t now_unix_seconds);

httpd::Response document_response(uint16_t status, std::string json, const Form& form);
httpd::Response json_response(uint16_t status, const doc::Value& document);
httpd::Response error_response(const ApiError& error);
void add_warnings(httpd::Response& response, const std::vector<std::string>& warnings);
/// What is to be said to whoever uses this version of a kind, if anything.
void add_deprecation(httpd::Response& response, const api::Kind& kind);

}  // namespace graylane::apiserver
