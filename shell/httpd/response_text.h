// Responses as bytes on the wire.
#pragma once

#include <string>

#include "http/h1_head.h"
#include "httpd/message.h"

namespace graylane::httpd {

/// How the answer has to be framed, from the request.
struct AnswerForm {
  bool head_only = false;  // HEAD
  bool http_1_1 = true;    // of the client
  bool keep_alive = true;
};

/// 204 and 304 never have a body.
bool may_have_body(const AnswerForm& form, uint16_t status);

/// The head, with the empty line. `framing`: kLength with the body's size, kChunked, or kUntilClose. A header that could break
/// the head's form (a control byte in its value, a name that is no token) is left out.
void append_head(std::string& out, const Response& response, const AnswerForm& form, http::Framing framing);

}  // namespace graylane::httpd
