// What a policy changes in the cookies of a backend's answer. Pure functions over text.
#pragma once

#include <string>
#include <string_view>

#include "route/upstream_policy.h"

namespace graylane::gateway {

/// Of the value of a Set-Cookie field: the attributes Path and Domain, as nginx's proxy_cookie_path and proxy_cookie_domain
/// change them. False: nothing to change, `out` is not written.
bool edit_cookie(const route::ResponseEdits& edits, std::string_view value, std::string& out);

}  // namespace graylane::gateway
