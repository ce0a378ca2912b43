// Turns libyaml's complaint into a position, a reason and a fix. Pure.
#pragma once

#include <string_view>

#include "doc/yaml_events.h"

namespace graylane::doc {

SyntaxError describe(const yaml_parser_t& parser, std::string_view text);

}  // namespace graylane::doc
