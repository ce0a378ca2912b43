// What passes between the two sides of an exchange: heads without any protocol's framing. Views that live as long as the call.
// An HTTP/2 side would read and write the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "route/request.h"

namespace graylane::gateway {

using route::HeaderField;

/// How much body follows a head.
struct Body {
  bool follows = false;
  std::optional<uint64_t> length;  // announced; with `follows` and without a length the end is marked otherwise
};

struct RequestStart {
  std::string_view method;
  std::string_view target;  // origin form, or "*"
  std::string_view host;
  std::span<const HeaderField> fields;  // without Host and without framing
  Body body;
  std::string_view upgrade;  // empty: none
  bool http_1_0 = false;
};

struct ResponseStart {
  uint16_t status = 0;
  std::string_view reason;
  std::span<const HeaderField> fields;  // without framing and without Date
  Body body;
  std::string_view upgrade;  // with status 101
  bool last = false;         // the connection is not to be used for another request
};

}  // namespace graylane::gateway
