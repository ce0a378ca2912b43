// Small values as Go and ingress-nginx read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "route/address.h"

namespace graylane::ingress_nginx {

bool is_alnum(char c);
/// strconv.ParseBool: 1 t T TRUE true True 0 f F FALSE false False.
std::optional<bool> parse_bool(std::string_view text);
/// strconv.Atoi: decimal int64 with an optional sign.
std::optional<int64_t> parse_int(std::string_view text);
/// "8m", "512K", "10"; nothing when it is none, or over 2^63.
std::optional<uint64_t> parse_size(std::string_view text);
/// Blanks, tabs and line ends at both ends removed.
std::string_view trim(std::string_view text);
/// Items between commas, trimmed, without empty ones.
std::vector<std::string_view> split_list(std::string_view text);
/// Every item between commas is an address or a range; an empty item is none.
bool are_cidrs(std::string_view list);
/// Of valid items only.
std::vector<route::Cidr> parse_cidrs(std::string_view list);
std::string lower_case(std::string_view text);
/// For messages, which hold users' text: control characters as "\n", "\x1b" and the like.
std::string one_line(std::string text);

}  // namespace graylane::ingress_nginx
