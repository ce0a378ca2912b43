// What is changed in an answer's fields on their way to the client.
#include "gateway/cookies.h"
#include "gateway/exchange.h"
#include "gateway/response_edits.h"
#include "gateway/worker.h"

namespace graylane::gateway {

/// `texts` holds what the changed fields point into.
void Exchange::edit_fields(std::vector<HeaderField>& fields, std::list<std::string>& texts) {
  const route::ResponseEdits& edits = *routed_.policy->response_edits;
  for (HeaderField& field : fields) {
    std::string text;
    bool changed = false;
    if (edits.location && http::equal_names(field.name, "location"))
      changed = worker_.router().edit_location(*head_, caller_, routed_, field.value, text);
    if ((edits.cookie_path || edits.cookie_domain) && http::equal_names(field.name, "set-cookie"))
      changed = edit_cookie(edits, field.value, text);
    if (changed) field.value = texts.emplace_back(std::move(text));
  }
}

/// Those of the gateway's own.
void Exchange::add_cookies(std::vector<HeaderField>& fields, std::list<std::string>& texts) {
  if (routed_.affinity != nullptr && !routed_.affinity_sent && routed_.affinity->sets_cookie) {
    CookieInput input;
    input.https = routed_.scheme == "https";
    input.unix_seconds = worker_.unix_milliseconds() / 1000;
    for (const HeaderField& field : head_->fields) {
      if (http::equal_names(field.name, "user-agent")) input.user_agent = field.value;
    }
    std::string& cookie = texts.emplace_back();
    append_affinity_cookie(*routed_.affinity, routed_.balance_key, routed_.affinity_backend, input, cookie);
    fields.push_back({"Set-Cookie", cookie});
  }
  if (!routed_.sticky_cookie.empty()) fields.push_back({"Set-Cookie", routed_.sticky_cookie});
}

}  // namespace graylane::gateway
