// Which text YAML can carry without quotes. Pure; rather too careful than too bold.
#pragma once

#include <string_view>

namespace graylane::doc {

/// Whether the text, unquoted in block style, reads back as the same text, with Kubernetes' reader and with stricter ones.
bool reads_back_plain(std::string_view text);

/// Whether the text has several lines that a literal block ("|") carries exactly.
bool fits_literal_block(std::string_view text);

}  // namespace graylane::doc
