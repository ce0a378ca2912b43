// The pages and reasons of the gateway's own answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace graylane::gateway {

std::string_view reason_of(uint16_t status);
/// A small HTML page, written to `page`; returns a view of it.
std::string_view page_of(uint16_t status, std::string& page);

}  // namespace graylane::gateway
