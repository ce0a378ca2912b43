// Which trailer sections are refused. Inside this folder only.
#pragma once

#include <string_view>

namespace graylane::http {

/// `section`: field lines and the empty line. Empty: nothing is wrong. A field that frames, routes or
/// authenticates would change what was decided by the head, where a program merges trailers into its fields.
std::string_view refuse_trailers(std::string_view section);

}  // namespace graylane::http
