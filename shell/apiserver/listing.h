// Listing: lists of objects, in pages where the client wants them, and made while they are sent: a list holds one state of the
// store and nothing of its own but what is being sent. Functions without a state; they wait for nothing.
#pragma once

#include "apiserver/handlers.h"
#include "apiserver/present.h"
#include "httpd/message.h"
#include "store/store.h"

namespace graylane::apiserver {

Outcome<httpd::Response> list_objects(store::Store& store, const Place& place, const httpd::Request& request,
                                      int64_t now_unix_seconds);

/// The rest of an answer as if it had been made at once: for tests, and for those who pass answers on.
std::string whole_body(const httpd::Response& response);

}  // namespace graylane::apiserver
